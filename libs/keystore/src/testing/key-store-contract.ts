import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createKeyStore } from '../create-key-store.ts';
import type { RebuildableKeyStore } from '../create-key-store.ts';
import type { KeyIndex, KeyJournal } from '../port.ts';
import { newSecrets, newSessionKey } from './session-keys.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { afterEach, beforeEach, describe, expect, it }: typeof jestGlobals;

const hourMs = 60 * 60 * 1000;

export interface KeyStoreHarness {
  readonly journal: KeyJournal;
  /** Opens the index once more, as another process would: every store closes its own. */
  openIndex(): Promise<KeyIndex>;
  /** Loses everything that the index holds. */
  loseIndex(): Promise<void>;
}

/** What the store promises over an engine's index and journal. */
export function describeKeyStoreContract(name: string, start: () => Promise<KeyStoreHarness>): void {
  describe(`key store contract: ${name}`, () => {
    const secrets = newSecrets();
    const opened: RebuildableKeyStore[] = [];
    let harness: KeyStoreHarness;
    let clock = createFakeClock();
    let streamId = '';

    beforeEach(async () => {
      harness = await start();
      clock = createFakeClock();
      streamId = randomUUID();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
    });

    async function open(): Promise<RebuildableKeyStore> {
      const store = createKeyStore({
        index: await harness.openIndex(),
        journal: harness.journal,
        secrets,
        clock,
      });
      opened.push(store);
      return store;
    }

    const session = (keyFieldValue = 'session-1') => ({ streamId, keyFieldValue });
    const create = () => newSessionKey(clock.now());

    it('gives every process the same key for a session until it rotates', async () => {
      const [ours, theirs] = [await open(), await open()];
      const first = await ours.currentKey(session(), create);
      expect(first.created).toBe(true);
      await clock.advance(24 * hourMs - 1);
      expect(await theirs.currentKey(session(), create)).toEqual({ key: first.key, created: false });
      expect(await ours.currentKey(session(), create)).toEqual({ key: first.key, created: false });
      await clock.advance(1);
      const second = await ours.currentKey(session(), create);
      expect(second.created).toBe(true);
      expect(second.key.keyLink).not.toBe(first.key.keyLink);
    });

    it('keeps sessions and streams apart', async () => {
      const store = await open();
      const links = [
        await store.currentKey(session('a'), create),
        await store.currentKey(session('b'), create),
        await store.currentKey({ streamId: randomUUID(), keyFieldValue: 'a' }, create),
      ].map(({ key }) => key.keyLink);
      expect(new Set(links).size).toBe(3);
    });

    it('settles a race between processes on one key, and says once that it was created', async () => {
      const stores = await Promise.all(Array.from({ length: 5 }, open));
      const answers = await Promise.all(stores.map(async (store) => store.currentKey(session(), create)));
      expect(new Set(answers.map(({ key }) => key.keyset)).size).toBe(1);
      expect(answers.filter(({ created }) => created)).toHaveLength(1);
    });

    it('finds keys by link in any process, rotated ones too', async () => {
      const { key } = await (await open()).currentKey(session(), create);
      await clock.advance(48 * hourMs);
      const found = await (await open()).lookUp(streamId, [key.keyLink]);
      expect([...found.keys()]).toEqual([key.keyLink]);
      expect(found.get(key.keyLink)).toMatchObject({ state: 'found', key });
    });

    it('answers for each link: found, erased or missing', async () => {
      const store = await open();
      const kept = await store.currentKey(session('kept'), create);
      const gone = await store.currentKey(session('gone'), create);
      const unknown = randomUUID();
      await store.erase(streamId, [gone.key.keyLink, unknown]);
      const found = await (await open()).lookUp(streamId, [kept.key.keyLink, gone.key.keyLink, unknown]);
      expect([...found].map(([link, { state }]) => [link, state])).toEqual(
        expect.arrayContaining([
          [kept.key.keyLink, 'found'],
          [gone.key.keyLink, 'erased'],
          [unknown, 'missing'],
        ]),
      );
    });

    it('does not open a key of another stream', async () => {
      const store = await open();
      const { key } = await store.currentKey(session(), create);
      const answer = await store.lookUp(randomUUID(), [key.keyLink]);
      expect(answer.get(key.keyLink)).toEqual({ state: 'missing' });
    });

    it('brings back from the journal what the index has lost: keys as keys, erasures as erasures', async () => {
      const before = await open();
      const kept = await before.currentKey(session('kept'), create);
      const gone = await before.currentKey(session('gone'), create);
      await before.erase(streamId, [gone.key.keyLink]);
      await harness.loseIndex();
      const found = await (await open()).lookUp(streamId, [kept.key.keyLink, gone.key.keyLink]);
      expect(found.get(kept.key.keyLink)).toMatchObject({ state: 'found', key: kept.key });
      expect(found.get(gone.key.keyLink)).toEqual({ state: 'erased' });
    });

    it('erases a key that the index has lost', async () => {
      const { key } = await (await open()).currentKey(session(), create);
      await harness.loseIndex();
      const store = await open();
      await store.erase(streamId, [key.keyLink]);
      await harness.loseIndex();
      expect((await (await open()).lookUp(streamId, [key.keyLink])).get(key.keyLink)).toEqual({
        state: 'erased',
      });
    });

    it('gives a session whose key was erased a new one', async () => {
      const store = await open();
      const first = await store.currentKey(session(), create);
      await store.erase(streamId, [first.key.keyLink]);
      const second = await store.currentKey(session(), create);
      expect(second.created).toBe(true);
    });

    it('notices within a minute that another process erased a key', async () => {
      const [ours, theirs] = [await open(), await open()];
      const { key } = await ours.currentKey(session(), create);
      await theirs.erase(streamId, [key.keyLink]);
      await clock.advance(60_000);
      expect((await ours.lookUp(streamId, [key.keyLink])).get(key.keyLink)).toEqual({ state: 'erased' });
      expect((await ours.currentKey(session(), create)).created).toBe(true);
    });
  });
}
