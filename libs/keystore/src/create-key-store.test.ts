import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createKeyStore } from './create-key-store.ts';
import type { KeyStoreOptions } from './create-key-store.ts';
import { InvalidSecretsError, KeyStoreUnavailableError } from './errors.ts';
import type { KeyIndex, KeyJournal } from './port.ts';
import { describeKeyStoreContract } from './testing/key-store-contract.ts';
import { createMemoryIndex } from './testing/memory-index.ts';
import { createMemoryJournal } from './testing/memory-journal.ts';
import { newSecrets, newSessionKey } from './testing/session-keys.ts';
import { createLocalKeyWrapper } from './wrapping/local-key-wrapper.ts';

describeKeyStoreContract('memory', async () => {
  const index = createMemoryIndex();
  return {
    journal: createMemoryJournal(),
    openIndex: async () => index,
    loseIndex: async () => {
      index.clear();
    },
  };
});

const session = { streamId: 'stream-1', keyFieldValue: 'mail@example.org' };

function setUp(overrides: Partial<KeyStoreOptions> = {}) {
  const clock = createFakeClock();
  const parts = { index: createMemoryIndex(), journal: createMemoryJournal(), secrets: newSecrets(), clock };
  const create = () => newSessionKey(clock.now());
  return { ...parts, create, store: createKeyStore({ ...parts, ...overrides }) };
}

/** An engine that fails every call until `repair`. */
function createBroken<T extends object>(part: T): T & { broken: boolean } {
  const state = { broken: true };
  return new Proxy(Object.assign(part, state), {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || !target.broken) return value;
      return () => {
        throw new Error('the engine is away');
      };
    },
  });
}

describe(createKeyStore, () => {
  it('stores a key in the journal before anybody may use it', async () => {
    const { store, journal, create } = setUp();
    const { key } = await store.currentKey(session, create);
    expect(journal.entries.map(({ keyLink }) => keyLink)).toEqual([key.keyLink]);
  });

  it('gives no key when the journal does not store it', async () => {
    const journal: KeyJournal = createBroken(createMemoryJournal());
    const { store, create, index } = setUp({ journal });
    await expect(store.currentKey(session, create)).rejects.toThrow(KeyStoreUnavailableError);
    const { key } = { key: create() };
    await expect(index.byLinks([key.keyLink])).resolves.toEqual(new Map());
  });

  it('makes one key for concurrent calls of one session', async () => {
    const { store, journal, create } = setUp();
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => store.currentKey(session, create)),
    );
    expect(journal.entries).toHaveLength(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
  });

  it('shows the stores neither the value of the key field nor the keyset', async () => {
    const { store, journal, create } = setUp();
    const { key } = await store.currentKey(session, create);
    const stored = JSON.stringify(journal.entries);
    expect(stored).not.toContain(session.keyFieldValue);
    expect(stored).not.toContain(key.keyset);
    expect(journal.entries[0]?.lookup).toMatch(/^[0-9a-f]{64}$/);
  });

  it('serves known sessions and links while the index is away, and no others', async () => {
    const index = createBroken<KeyIndex>(createMemoryIndex());
    index.broken = false;
    const { store, create, clock } = { ...setUp({ index }) };
    const { key } = await store.currentKey(session, create);
    index.broken = true;
    await clock.advance(3_600_000);
    expect(await store.currentKey(session, create)).toEqual({ key, created: false });
    await expect(store.lookUp(session.streamId, [key.keyLink])).resolves.toEqual(
      new Map([[key.keyLink, { state: 'found', key, freshForMs: 0 }]]),
    );
    const other = { ...session, keyFieldValue: 'other' };
    await expect(store.currentKey(other, create)).rejects.toThrow(KeyStoreUnavailableError);
    await expect(store.lookUp(session.streamId, ['unknown'])).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('lets known keys wait once for an index that hangs, not at every use, and asks it again each second', async () => {
    const engine = createMemoryIndex();
    const asked: ((error?: Error) => void)[] = [];
    let hangs = false;
    const index: KeyIndex = {
      ...engine,
      async byLinks(keyLinks) {
        if (hangs) {
          await new Promise<void>((resolve, reject) => {
            asked.push((error) => {
              if (error) reject(error);
              else resolve();
            });
          });
        }
        return engine.byLinks(keyLinks);
      },
    };
    const { store, create, clock, journal, secrets } = setUp({ index });
    const sessions = Array.from({ length: 50 }, (_, at) => ({ ...session, keyFieldValue: `s${at}` }));
    const useAll = async () =>
      Promise.all(sessions.map(async (each) => (await store.currentKey(each, create)).key.keyLink));
    const keyLinks = await useAll();
    hangs = true;
    await clock.advance(60_000);
    const first = useAll();
    await clock.settle();
    expect(asked).toHaveLength(50);
    asked[0]?.(new Error('no answer'));
    await expect(first).resolves.toEqual(keyLinks);

    await expect(useAll()).resolves.toEqual(keyLinks);
    await expect(store.lookUp(session.streamId, keyLinks)).resolves.toHaveProperty('size', 50);
    expect(asked).toHaveLength(50);
    await clock.advance(1_000);
    await expect(useAll()).resolves.toEqual(keyLinks);
    await expect(useAll()).resolves.toEqual(keyLinks);
    expect(asked).toHaveLength(51);

    hangs = false;
    const elsewhere = createKeyStore({ index: engine, journal, secrets, clock });
    await elsewhere.erase(session.streamId, keyLinks.slice(0, 1));
    asked[50]?.();
    await clock.settle();
    const [renewed, ...kept] = await useAll();
    expect(renewed).not.toBe(keyLinks[0]);
    expect(kept).toEqual(keyLinks.slice(1));
  });

  it('says for how long it would give the same answer without asking', async () => {
    const { store, create, clock } = setUp();
    const { key } = await store.currentKey(session, create);
    const freshForMs = async () => {
      const found = (await store.lookUp(session.streamId, [key.keyLink])).get(key.keyLink);
      return found?.state === 'found' ? found.freshForMs : undefined;
    };
    await expect(freshForMs()).resolves.toBe(60_000);
    await clock.advance(59_999);
    await expect(freshForMs()).resolves.toBe(1);
    await clock.advance(1);
    await expect(freshForMs()).resolves.toBe(60_000);
  });

  it('fails rather than calls a key missing when the journal cannot be read', async () => {
    const { store } = setUp({ journal: createBroken(createMemoryJournal()) });
    await expect(store.lookUp('stream-1', ['unknown'])).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('reads the journal once for many missing links, and again when a tenth of the time allows it', async () => {
    let replays = 0;
    let takesMs = 0;
    const journal = createMemoryJournal();
    const clock = createFakeClock();
    const counting: KeyJournal = {
      append: (entry) => journal.append(entry),
      async *replay(streamId, signal) {
        replays++;
        await clock.advance(takesMs);
        yield* journal.replay(streamId, signal);
      },
    };
    const { store } = setUp({ journal: counting, clock });
    const replaysAfter = async (ms: number): Promise<number> => {
      await clock.advance(ms);
      await store.lookUp('stream-1', ['d']);
      return replays;
    };
    await Promise.all(['a', 'b', 'c'].map((link) => store.lookUp('stream-1', [link])));
    await expect(replaysAfter(999)).resolves.toBe(1);
    takesMs = 2_000;
    await expect(replaysAfter(1)).resolves.toBe(2);
    await expect(replaysAfter(17_999)).resolves.toBe(2);
    takesMs = 20_000;
    await expect(replaysAfter(1)).resolves.toBe(3);
    await expect(replaysAfter(59_999)).resolves.toBe(3);
    await expect(replaysAfter(1)).resolves.toBe(4);
  });

  it('finds in the journal what an index that is too small does not keep', async () => {
    const tiny = createMemoryIndex();
    const forgetful: KeyIndex = {
      ...tiny,
      async claim(entry, now) {
        const winner = await tiny.claim(entry, now);
        tiny.clear();
        return winner;
      },
    };
    const { store, journal, secrets, clock, create } = setUp({ index: forgetful });
    const { key } = await store.currentKey(session, create);
    const other = createKeyStore({ index: forgetful, journal, secrets, clock });
    const found = await other.lookUp(session.streamId, [key.keyLink]);
    expect(found.get(key.keyLink)).toEqual({ state: 'found', key, freshForMs: 60_000 });
    await other.erase(session.streamId, [key.keyLink]);
    const erased = await other.lookUp(session.streamId, [key.keyLink]);
    expect(erased.get(key.keyLink)).toEqual({ state: 'erased' });
  });

  it('keeps a key current for its 24 hours when the wall clock jumps', async () => {
    const { store, create, clock } = setUp();
    const { key } = await store.currentKey(session, create);
    clock.jumpWallTime(48 * 3_600_000);
    expect(await store.currentKey(session, create)).toEqual({ key, created: false });
    clock.jumpWallTime(-96 * 3_600_000);
    await clock.advance(24 * 3_600_000);
    expect((await store.currentKey(session, create)).key.keyLink).not.toBe(key.keyLink);
  });

  it('opens keys that an older key-encryption key wrapped, and wraps new ones with the primary', async () => {
    const [old, primary] = [1, 2].map((n) => ({ id: `kek-${n}`, key: Buffer.alloc(32, n) }));
    if (!old || !primary) throw new Error('two were made');
    const { lookupSecret } = newSecrets();
    const before = { lookupSecret, wrapper: createLocalKeyWrapper({ primary: old }) };
    const { store, create, index, journal, clock } = setUp({ secrets: before });
    const { key } = await store.currentKey(session, create);
    const rotated = { lookupSecret, wrapper: createLocalKeyWrapper({ primary, older: [old] }) };
    const later = createKeyStore({ index, journal, secrets: rotated, clock });
    expect(await later.currentKey(session, create)).toEqual({ key, created: false });
    await later.currentKey({ ...session, keyFieldValue: 'new' }, create);
    expect(journal.entries.map(({ wrapped }) => wrapped?.kekId)).toEqual(['kek-1', 'kek-2']);
  });

  it('fails closed on a key whose key-encryption key is not configured', async () => {
    const { store, create, index, journal, clock, secrets } = setUp();
    const { key } = await store.currentKey(session, create);
    const wrapper = createLocalKeyWrapper({ primary: { id: 'kek-9', key: Buffer.alloc(32) } });
    const later = createKeyStore({ index, journal, secrets: { ...secrets, wrapper }, clock });
    await expect(later.lookUp(session.streamId, [key.keyLink])).rejects.toThrow(KeyStoreUnavailableError);
    await expect(later.currentKey(session, create)).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('forgets the least recently used keys beyond its size, and finds them again', async () => {
    const { store, create } = setUp({ cacheSize: 2 });
    const keys = [];
    for (const keyFieldValue of ['a', 'b', 'c']) {
      keys.push((await store.currentKey({ ...session, keyFieldValue }, create)).key);
    }
    const again = await store.currentKey({ ...session, keyFieldValue: 'a' }, create);
    expect(again).toEqual({ key: keys[0], created: false });
  });

  it('serves nobody once it is closed', async () => {
    const { store, create } = setUp();
    await store.currentKey(session, create);
    await store.close();
    await expect(store.currentKey(session, create)).rejects.toThrow(KeyStoreUnavailableError);
    await expect(store.lookUp('stream-1', ['x'])).rejects.toThrow(KeyStoreUnavailableError);
  });

  it('refuses secrets that are too short', () => {
    const { index, journal, clock, secrets } = setUp();
    const weak = { ...secrets, lookupSecret: Buffer.alloc(16) };
    expect(() => createKeyStore({ index, journal, clock, secrets: weak })).toThrow(InvalidSecretsError);
  });
});
