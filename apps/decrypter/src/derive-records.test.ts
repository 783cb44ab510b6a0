import { compileContract } from '@ccd/contracts';
import { pageViewOf, pageViews } from '@ccd/contracts/testing';
import { createRecordReader } from '@ccd/dataplane';
import type { StoredRecord } from '@ccd/eventlog';
import type { KeyLookup } from '@ccd/keystore';
import { newSessionKey } from '@ccd/keystore/testing';
import { createFieldCiphers, generateKeyset, keysetToJson } from '@ccd/privacy';
import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { createDerivedStream } from './derive-event.ts';
import { deriveRecords } from './derive-records.ts';
import { HeldKeys } from './held-keys.ts';
import { createSourceReader } from './source-event.ts';

const { bytes, schema } = compileContract(pageViews);
const ciphers = createFieldCiphers();

/** More events than are worked on at a time, all of one session. */
function recordsOf(keyLink: string, keyset: string): readonly StoredRecord[] {
  const cipher = ciphers.prepare(keyset);
  return Array.from({ length: 200 }, (_, offset) => {
    const read = bytes?.read(schema.encode(pageViewOf(offset)));
    const value =
      read && bytes?.seal(read, { nonce: 1, timestamp: 1, keyLink }, (text) => cipher.encrypt(text));
    const place = { topic: 'stream-1', partition: 0, offset };
    return { ...place, timestamp: 0, key: Buffer.from(keyLink), headers: {}, value: value ?? null };
  });
}

function setUp(freshForMs: number) {
  const clock = createFakeClock();
  const key = newSessionKey(clock.now(), { keyset: keysetToJson(generateKeyset()) });
  const held = new HeldKeys({ ciphers });
  const derived = [createDerivedStream({ topic: 'd', consent: { type: 'CUMULATIVE', levels: [2] } })];
  const reader = createRecordReader({
    contract: async () => pageViews,
    schemaById: async () => pageViews.schema.definition,
  });
  const source = createSourceReader(reader, derived);
  const store = { asked: 0, answer: { state: 'found', key, freshForMs } as KeyLookup, isAway: false };
  const keys = {
    async lookUp(_streamId: string, links: readonly string[]) {
      if (store.isAway) throw new Error('away');
      store.asked += 1;
      return new Map(links.map((link) => [link, store.answer]));
    },
  };
  const records = recordsOf(key.keyLink, key.keyset);
  const derive = () => deriveRecords(records, { streamId: '1', source, keys, held, clock });
  const heldKey = held.of(Buffer.from(key.keyLink), 0, Buffer.byteLength(key.keyLink));
  return { clock, store, derive, heldKey };
}

describe(deriveRecords, () => {
  it('asks for a key once a batch where the answer does not last', async () => {
    const { store, derive } = setUp(0);
    expect((await derive()).records).toHaveLength(200);
    expect(store.asked).toBe(1);
    await derive();
    expect(store.asked).toBe(2);
  });

  it('asks for it again once the answer has lasted for as long as the key store said', async () => {
    const { clock, store, derive } = setUp(100);
    await derive();
    await clock.advance(99);
    store.isAway = true;
    expect((await derive()).records).toHaveLength(200);
    store.isAway = false;
    await clock.advance(1);
    await derive();
    expect(store.asked).toBe(2);
    await clock.advance(100);
    store.isAway = true;
    await expect(derive()).rejects.toThrow('away');
  });

  it('derives nothing with a key that was erased since, and wipes it', async () => {
    const { clock, store, derive, heldKey } = setUp(100);
    await derive();
    expect(heldKey.cipher).toBeDefined();
    store.answer = { state: 'erased' };
    await clock.advance(100);
    await expect(derive()).resolves.toEqual({ records: [], erased: 200 });
    expect(heldKey.cipher).toBeUndefined();
  });

  it('stops at an event whose key is not there any more', async () => {
    const { clock, store, derive } = setUp(100);
    await derive();
    store.answer = { state: 'missing' };
    await clock.advance(100);
    await expect(derive()).resolves.toMatchObject({
      records: [],
      blockage: { offset: 0, reason: 'KeyMissing' },
    });
  });
});
