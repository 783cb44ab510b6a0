import type { CompiledContract, ContractDefinition, EventRecord, ValueFormat } from '@ccd/contracts';
import { compileContract, decodeValue, encodeValue, stampEvent } from '@ccd/contracts';
import { createRecordReader } from '@ccd/dataplane';
import type { StoredRecord } from '@ccd/eventlog';
import type { SessionKey } from '@ccd/keystore';
import { createKeyStore } from '@ccd/keystore';
import { createMemoryIndex, createMemoryJournal, newSecrets, newSessionKey } from '@ccd/keystore/testing';
import type { FieldCipherFactory } from '@ccd/privacy';
import { createCipherCache, generateKeyset, keysetToJson } from '@ccd/privacy';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createDerivedStream } from '../derive-event.ts';
import type { Derivation } from '../derive-records.ts';
import { deriveRecords } from '../derive-records.ts';
import { HeldKeys } from '../held-keys.ts';
import { createSourceReader } from '../source-event.ts';
import { avroType, readValue } from './consent-model.ts';
import type { Json, JsonObject, Rule } from './consent-model.ts';

const streamId = '1';
const everyLevel = [0, 1, 2, 3, 4, 2 ** 31 - 1];

const toRecord = (key: string, value: Buffer): StoredRecord => ({
  topic: 'stream-1',
  partition: 0,
  offset: 5,
  timestamp: 0,
  key: Buffer.from(key),
  headers: {},
  value,
});

/** How a stored event was sealed: as bytes on the hot path of the gateway, or as a record in either format. */
export type Sealing = 'bytes' | ValueFormat;

/** What a record of the source became. */
export interface Outcome {
  /** The events that were derived, by the number of their rule. */
  readonly events: ReadonlyMap<number, Json>;
  /** The same as they stand on the log. */
  readonly values: ReadonlyMap<number, Buffer>;
  readonly erased: number;
  readonly reason: string | undefined;
}

/** The way of an event from its contract to its derived streams: everything but the network and the log. */
export function createConsentRig(definition: ContractDefinition, ciphers: FieldCipherFactory) {
  const contract: CompiledContract = compileContract(definition);
  const oracle = definition.schema.kind === 'avro' ? avroType(definition.schema.definition) : undefined;
  const clock = createFakeClock();
  const keys = createKeyStore({
    index: createMemoryIndex(),
    journal: createMemoryJournal(),
    secrets: newSecrets(),
    clock,
    recheckMs: 0,
    rebuildIntervalMs: 1,
  });
  const prepared = createCipherCache({ ciphers });
  const held = new HeldKeys({ ciphers });
  const reader = createRecordReader({
    contract: async (ref) => (ref === definition.ref ? definition : undefined),
    schemaById: async (id) => (id === definition.schemaId ? definition.schema.definition : undefined),
  });

  async function makeKey(keyFieldValue: string, ofStream = streamId): Promise<SessionKey> {
    const { key } = await keys.currentKey({ streamId: ofStream, keyFieldValue }, () =>
      newSessionKey(clock.now(), { keyset: keysetToJson(generateKeyset()) }),
    );
    return key;
  }

  let lastSent: JsonObject = {};
  let isPrimed = false;

  /** As the gateway does it. */
  function seal(sent: JsonObject, { keyLink, keyset }: SessionKey, sealing: Sealing): Buffer {
    const body = Buffer.from(JSON.stringify(sent));
    const stamp = { nonce: 7, timestamp: 1_767_225_600_000, keyLink };
    const encrypt = (text: string): string => prepared.of({ keyLink, keyset }).encrypt(text);
    const { bytes, schema } = contract;
    if (bytes !== undefined && sealing === 'bytes') {
      return bytes.seal(bytes.read(body, 'application/json'), stamp, encrypt);
    }
    const stamped = stampEvent(schema.parse(body, 'application/json'), stamp);
    const encrypted = contract.replacePersonal(stamped, () => true, encrypt);
    const format = sealing === 'avro-json' ? sealing : 'confluent';
    return encodeValue(format, definition.schemaId, schema, encrypted);
  }

  /** An event that every stream takes: after it, the decrypter works on the bytes of those of its schema. */
  async function primer(): Promise<Buffer> {
    const strmMeta = { eventContractRef: definition.ref, consentLevels: everyLevel };
    return seal({ ...lastSent, strmMeta }, await makeKey('primer'), 'bytes');
  }

  return {
    readStored: (value: Buffer): Json => readValue(value, oracle),

    makeKey,

    /** The key of the session that the event belongs to. */
    keyOf: ({ session }: JsonObject) => makeKey(typeof session === 'string' ? session : ''),

    eraseKey: (keyLink: string): Promise<void> => keys.erase(streamId, [keyLink]),

    seal(sent: JsonObject, key: SessionKey, sealing: Sealing): Buffer {
      lastSent = sent;
      return seal(sent, key, sealing);
    },

    /** A stored event that some other hand has changed. */
    alter(value: Buffer, change: (event: EventRecord) => EventRecord): Buffer {
      const format = value[0] === 0 ? 'confluent' : 'avro-json';
      const event = change(decodeValue(contract.schema, value));
      return encodeValue(format, definition.schemaId, contract.schema, event);
    },

    async derive(value: Buffer, rules: readonly Rule[]): Promise<Outcome> {
      // Every other event comes to a decrypter that has just started, and the rest to one that knows their schema.
      isPrimed = !isPrimed;
      const records = [...(isPrimed ? [toRecord('primer', await primer())] : []), toRecord('judged', value)];
      const derived = rules.map((rule, index) =>
        createDerivedStream({
          topic: String(index),
          consent: { type: rule.type as 'GRANULAR', levels: [...rule.levels] },
        }),
      );
      const {
        records: written,
        erased,
        blockage,
      }: Derivation = await deriveRecords(records, {
        streamId,
        source: createSourceReader(reader, derived),
        keys,
        held,
        clock,
      });
      const values = new Map(
        written
          .filter(({ key }) => key?.toString() === 'judged')
          .map(({ topic, value: event }) => [Number(topic), event ?? Buffer.alloc(0)]),
      );
      return {
        values,
        events: new Map([...values].map(([index, event]) => [index, readValue(event, oracle)])),
        erased,
        reason: blockage?.reason,
      };
    },

    close(): Promise<void> {
      prepared.clear();
      held.clear();
      return keys.close();
    },
  };
}

export type ConsentRig = ReturnType<typeof createConsentRig>;
