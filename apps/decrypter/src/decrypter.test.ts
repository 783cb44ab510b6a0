import type { ContractDefinition, EventRecord } from '@ccd/contracts';
import { compileContract, decodeValue, encodeValue, publicContracts } from '@ccd/contracts';
import type { DecrypterTask } from '@ccd/dataplane';
import { createRecordReader } from '@ccd/dataplane';
import { readTopic } from '@ccd/eventlog';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createKeyStore } from '@ccd/keystore';
import { createMemoryIndex, createMemoryJournal, newSecrets, newSessionKey } from '@ccd/keystore/testing';
import { createFieldCiphers, createMask, generateKeyset, keysetToJson } from '@ccd/privacy';
import { systemClock } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runDecrypter } from './run-decrypter.ts';

const [example] = publicContracts;
if (example === undefined) throw new Error('there is an example contract');
const definition: ContractDefinition = { ...example, schemaId: 7 };
const contract = compileContract(definition);

const task = (derived: DecrypterTask['derived']): DecrypterTask => ({
  streamId: '1',
  sourceTopic: 'stream-1',
  derived,
});
const granular = (topic: string, ...levels: number[]): DecrypterTask['derived'][number] => ({
  topic,
  consent: { type: 'GRANULAR', levels },
});

const clear = {
  uniqueIdentifier: 'unique',
  consistentValue: 'session',
  someSensitiveValue: 'sensitive',
  notSensitiveValue: 'open',
};

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setUp(derived: DecrypterTask['derived'], { partitions = 1 } = {}) {
  const log = createMemoryLog();
  for (const name of ['stream-1', ...derived.map(({ topic }) => topic)]) {
    await log.admin.createTopic({ name, partitions, config: { cleanup: 'delete' } });
  }
  const keyClock = createFakeClock();
  const index = createMemoryIndex();
  const keys = createKeyStore({
    index,
    journal: createMemoryJournal(),
    secrets: newSecrets(),
    clock: keyClock,
    rebuildIntervalMs: 1,
    recheckMs: 0,
  });
  const producer = await log.createProducer();
  const world = {
    contracts: new Map([[definition.ref, definition]]),
    counts: { read: 0, written: 0, erased: 0, letGo: 0 },
    mayGoUpTo: -1,
    blocked: [] as (string | undefined)[],
  };
  closers.push(
    () => log.close(),
    () => keys.close(),
  );

  const makeKey = async (keyFieldValue: string) => {
    const { key } = await keys.currentKey({ streamId: '1', keyFieldValue }, () =>
      newSessionKey(keyClock.now(), { keyset: keysetToJson(generateKeyset()) }),
    );
    return key;
  };
  const toRecord = (
    consentLevels: number[],
    keyLink: string,
    keyset: string | undefined,
    values: Record<string, unknown> = clear,
  ) => {
    const event = contract.schema.fromJsonText(
      JSON.stringify({
        strmMeta: { eventContractRef: definition.ref, consentLevels, keyLink: { string: keyLink } },
        ...values,
      }),
    );
    const cipher = keyset === undefined ? undefined : createFieldCiphers().prepare(keyset);
    const encrypted = contract.replacePersonal(
      event,
      () => true,
      (text) => cipher?.encrypt(text) ?? text,
    );
    return { event, encrypted, value: encodeValue('confluent', 7, contract.schema, encrypted) };
  };
  const publish = async (
    consentLevels: number[],
    keyFieldValue = 'session',
    values?: Record<string, unknown>,
  ) => {
    const key = await makeKey(keyFieldValue);
    const made = toRecord(consentLevels, key.keyLink, key.keyset, values);
    await producer.append([{ topic: 'stream-1', key: Buffer.from(key.keyLink), value: made.value }]);
    return { ...made, keyLink: key.keyLink };
  };
  const start = () => {
    const stopping = new AbortController();
    const running = runDecrypter(
      {
        task: task(derived),
        log,
        keys,
        ciphers: createFieldCiphers(),
        clock: { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(1, signal) },
        reader: createRecordReader({
          contract: async (ref) => world.contracts.get(ref),
          schemaById: async (id) => (id === 7 ? definition.schema.definition : undefined),
        }),
        onRunning: () => {},
        mayGo: async ({ offset }) => offset <= world.mayGoUpTo,
        onDerived: ({ read, written, erased, letGo }) => {
          world.counts.read += read;
          world.counts.written += written;
          world.counts.erased += erased;
          world.counts.letGo += letGo;
        },
        onBlocked: (_partition, _offset, reason) => world.blocked.push(reason),
        onUnblocked: () => world.blocked.push(undefined),
      },
      stopping.signal,
    );
    const stop = async () => {
      stopping.abort();
      await running;
    };
    closers.push(stop);
    return { stop };
  };
  const events = async (topic: string): Promise<EventRecord[]> =>
    (await Array.fromAsync(readTopic(log, topic))).map(({ value }) =>
      decodeValue(contract.schema, value ?? Buffer.alloc(0)),
    );
  const readAll = (count: number) => eventually(`${count} events read`, () => world.counts.read >= count);
  return { log, keys, index, world, publish, toRecord, producer, start, events, readAll };
}

describe(runDecrypter, () => {
  it('gives each derived stream the events with its consent and the fields of its purposes in clear text', async () => {
    const { publish, start, events, readAll } = await setUp([
      granular('stream-2', 2),
      granular('stream-13', 1, 3),
    ]);
    const all = await publish([1, 2, 3]);
    const two = await publish([2]);
    await publish([]);
    start();
    await readAll(3);
    expect(await events('stream-2')).toEqual([
      { ...all.encrypted, consistentValue: 'session' },
      { ...two.encrypted, consistentValue: 'session' },
    ]);
    expect(await events('stream-13')).toEqual([
      { ...all.event, consistentValue: all.encrypted['consistentValue'] },
    ]);
  });

  it('masks the listed fields after decryption, also those that stay encrypted or are not personal', async () => {
    const masking = {
      seed: 'hi-there',
      fields: { [definition.ref]: ['consistentValue', 'uniqueIdentifier', 'notSensitiveValue'] },
    };
    const { publish, start, events, readAll } = await setUp([{ ...granular('stream-2', 2), masking }]);
    const { encrypted } = await publish([2]);
    start();
    await readAll(1);
    const mask = createMask('hi-there');
    expect(await events('stream-2')).toEqual([
      {
        ...encrypted,
        consistentValue: mask('session'),
        uniqueIdentifier: mask(String(encrypted['uniqueIdentifier'])),
        notSensitiveValue: mask('open'),
      },
    ]);
  });

  it('leaves out events whose key was erased, and counts them', async () => {
    const { publish, keys, start, events, readAll, world } = await setUp([granular('stream-2', 2)]);
    const gone = await publish([2], 'gone');
    await publish([2], 'kept');
    await keys.erase('1', [gone.keyLink]);
    start();
    await readAll(2);
    expect(await events('stream-2')).toHaveLength(1);
    expect(world.counts).toEqual({ read: 2, written: 1, erased: 1, letGo: 0 });
  });

  it('waits at an event whose key is missing, with what came before it written and nothing after it', async () => {
    const { publish, toRecord, producer, start, events, readAll, world } = await setUp([
      granular('stream-2', 2),
    ]);
    await publish([2]);
    const stranger = toRecord([2], 'a-link-that-nobody-has', undefined);
    await producer.append([{ topic: 'stream-1', key: null, value: stranger.value }]);
    await publish([2]);
    start();
    await readAll(1);
    await eventually('the partition is reported', () => world.blocked.includes('KeyMissing'));
    expect(await events('stream-2')).toHaveLength(1);
  });

  it('lets exactly the events go that a person decided on, as they are, and goes on after them', async () => {
    const { log, publish, toRecord, producer, start, events, world } = await setUp([granular('stream-2', 2)]);
    await log.admin.createTopic({ name: 'dlq-1', partitions: 1, config: { cleanup: 'delete' } });
    const stranger = toRecord([2], 'a-link-that-nobody-has', undefined);
    const lost = { topic: 'stream-1', key: Buffer.from('k'), value: stranger.value, timestamp: 5 };
    await publish([2]);
    await producer.append([lost]);
    await publish([2]);
    await producer.append([lost]);
    await publish([2]);
    world.mayGoUpTo = 1;
    start();
    await eventually('it waits at the second', () => world.blocked.includes('KeyMissing'));
    expect(await events('stream-2')).toHaveLength(2);
    expect(await Array.fromAsync(readTopic(log, 'dlq-1'))).toEqual([
      {
        ...lost,
        topic: 'dlq-1',
        partition: 0,
        offset: 0,
        headers: { 'ccd-reason': 'KeyMissing', 'ccd-partition': '0', 'ccd-offset': '1' },
      },
    ]);

    world.mayGoUpTo = 3;
    await eventually('all are read', () => world.counts.read >= 5);
    expect(world.counts).toEqual({ read: 5, written: 3, erased: 0, letGo: 2 });
  });

  it('goes on when what was missing is there', async () => {
    const { publish, start, events, readAll, world } = await setUp([granular('stream-2', 2)]);
    await publish([2]);
    world.contracts.clear();
    start();
    await eventually('the partition is reported', () => world.blocked.includes('UnreadableRecord'));
    world.contracts.set(definition.ref, definition);
    await readAll(1);
    expect(await events('stream-2')).toHaveLength(1);
    await eventually('the partition goes on', () => world.blocked.at(-1) === undefined);
  });

  it('never passes an event on whose ciphertext was changed', async () => {
    const { publish, toRecord, producer, start, events, world } = await setUp([granular('stream-2', 2)]);
    const { keyLink } = await publish([], 'session');
    const forged = toRecord([2], keyLink, undefined, { ...clear, consistentValue: 'AQAAAAA=' });
    await producer.append([{ topic: 'stream-1', key: null, value: forged.value }]);
    start();
    await eventually('the partition is reported', () => world.blocked.includes('DecryptionFailed'));
    expect(await events('stream-2')).toEqual([]);
  });

  it('derives every event once across restarts, in the order of its session', async () => {
    const { publish, start, events, readAll, world } = await setUp([granular('stream-2', 2)], {
      partitions: 3,
    });
    const published: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const decrypter = start();
      for (let count = 0; count < 20; count += 1) {
        const text = `value-${round}-${count}`;
        await publish([2], `session-${count % 4}`, { ...clear, notSensitiveValue: text });
        published.push(text);
      }
      if (round % 2 === 0) await readAll(world.counts.read + 1);
      await decrypter.stop();
    }
    start();
    await eventually('all are derived', async () => (await events('stream-2')).length >= published.length);
    const derived = (await events('stream-2')).map((event) => String(event['notSensitiveValue']));
    expect(derived.toSorted()).toEqual(published.toSorted());
    for (let session = 0; session < 4; session += 1) {
      const ofSession = (text: string) => Number(text.split('-')[2]) % 4 === session;
      expect(derived.filter(ofSession)).toEqual(published.filter(ofSession));
    }
  });

  it('is fenced by another decrypter of the same stream: together they write every event once', async () => {
    const { publish, start, events } = await setUp([granular('stream-2', 2)], { partitions: 4 });
    start();
    start();
    for (let count = 0; count < 60; count += 1) {
      await publish([2], `session-${count}`, { ...clear, notSensitiveValue: `value-${count}` });
    }
    await eventually('all are derived', async () => (await events('stream-2')).length >= 60);
    const derived = (await events('stream-2')).map((event) => event['notSensitiveValue']);
    expect(new Set(derived).size).toBe(60);
    expect(derived).toHaveLength(60);
  });
});
