import type { CompiledContract, EventRecord } from '@ccd/contracts';
import { encodeValue, readMeta } from '@ccd/contracts';
import type { RecordReader } from '@ccd/dataplane';
import { isUnreadable } from '@ccd/dataplane';
import type { RecordToAppend, StoredRecord } from '@ccd/eventlog';
import type { KeyLookup, KeyStore } from '@ccd/keystore';
import type { FieldCipher } from '@ccd/privacy';
import { DecryptionError } from '@ccd/privacy';
import type { DerivedStream } from './derive-event.ts';
import { UnknownMaskedFieldError } from './derive-event.ts';

export interface DeriveOptions {
  readonly streamId: string;
  readonly derived: readonly DerivedStream[];
  readonly reader: RecordReader;
  readonly keys: Pick<KeyStore, 'lookUp'>;
  readonly cipherOf: (key: Extract<KeyLookup, { state: 'found' }>['key']) => FieldCipher;
}

/** Why a record cannot be derived now. Nothing after it in its partition may overtake it. */
export interface Blockage {
  readonly offset: number;
  /** The record, where it is the reason itself; absent where an engine does not answer. */
  readonly record?: StoredRecord;
  /** Stable PascalCase code. */
  readonly reason: string;
  readonly message: string;
}

export interface Derivation {
  readonly records: readonly RecordToAppend[];
  /** Events left out because their key was erased. */
  readonly erased: number;
  /** Where the derivation stopped; absent when all records were derived. */
  readonly blockage?: Blockage;
}

interface Readable {
  readonly record: StoredRecord;
  readonly format: 'confluent' | 'avro-json';
  readonly event: EventRecord;
  readonly contract: CompiledContract;
  readonly keyLink: string;
  readonly streams: readonly DerivedStream[];
}

/**
 * Derives records in their order. An event without consent for any stream costs nothing more; one whose key was erased
 * is left out; one whose key is missing, or that cannot be read or decrypted, stops the derivation there: nothing is
 * skipped, and nothing passes in clear text.
 * @throws what the control plane or the key store throw when they do not answer
 */
export async function deriveRecords(
  records: readonly StoredRecord[],
  options: DeriveOptions,
): Promise<Derivation> {
  const { readable, blockage: unreadable } = await readAll(records, options);
  const links = [...new Set(readable.map(({ keyLink }) => keyLink))];
  const lookups =
    links.length === 0 ? new Map<string, KeyLookup>() : await options.keys.lookUp(options.streamId, links);
  const derived: RecordToAppend[] = [];
  let erased = 0;
  for (const each of readable) {
    const lookup = lookups.get(each.keyLink) ?? { state: 'missing' };
    if (lookup.state === 'erased') {
      erased += 1;
      continue;
    }
    if (lookup.state === 'missing') {
      return { records: derived, erased, blockage: blockageOf(each.record, 'KeyMissing', keyMissing) };
    }
    try {
      derived.push(...deriveOne(each, options.cipherOf(lookup.key)));
    } catch (error) {
      return { records: derived, erased, blockage: toBlockage(each.record, error) };
    }
  }
  return { records: derived, erased, ...(unreadable === undefined ? {} : { blockage: unreadable }) };
}

const keyMissing = 'The key of an event is neither in the key store nor in its journal; restore them';

async function readAll(
  records: readonly StoredRecord[],
  { derived, reader }: DeriveOptions,
): Promise<{ readable: readonly Readable[]; blockage?: Blockage }> {
  const readable: Readable[] = [];
  for (const record of records) {
    try {
      const { event } = await reader.read(record.value ?? Buffer.alloc(0));
      const streams = derived.filter((stream) => stream.accepts(event));
      if (streams.length === 0) continue;
      const contract = await reader.contractOf(event);
      const { keyLink } = readMeta(event);
      if (keyLink === null)
        return { readable, blockage: blockageOf(record, 'UnreadableRecord', 'An event has no key link') };
      const format = record.value?.[0] === 0 ? 'confluent' : 'avro-json';
      readable.push({ record, format, event, contract, keyLink, streams });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { readable, blockage: toBlockage(record, error) };
    }
  }
  return { readable };
}

function deriveOne(
  { record, format, event, contract, streams }: Readable,
  cipher: FieldCipher,
): RecordToAppend[] {
  return streams.map((stream) => ({
    topic: stream.topic,
    key: record.key,
    value: encodeValue(
      format,
      contract.definition.schemaId,
      contract.schema,
      stream.derive(contract, event, cipher),
    ),
    timestamp: record.timestamp,
  }));
}

function toBlockage(record: StoredRecord, error: unknown): Blockage {
  if (error instanceof DecryptionError) return blockageOf(record, 'DecryptionFailed', error.message);
  if (error instanceof UnknownMaskedFieldError) return blockageOf(record, 'MaskingFailed', error.message);
  if (isUnreadable(error) && error instanceof Error)
    return blockageOf(record, 'UnreadableRecord', error.message);
  throw error;
}

function blockageOf(record: StoredRecord, reason: string, message: string): Blockage {
  return { offset: record.offset, record, reason, message };
}
