import { failpoint } from '@ccd/failpoints';
import type { Clock } from '@ccd/reconcile';
import { createConfirmations } from './confirmations.ts';
import { KeyStoreUnavailableError } from './errors.ts';
import { createKeyCache } from './key-cache.ts';
import type { CachedKey } from './key-cache.ts';
import { assertLookupSecret } from './lookup-key.ts';
import { createLookups } from './lookups.ts';
import type {
  CurrentKey,
  JournalEntry,
  KeyIndex,
  KeyJournal,
  KeyLookup,
  KeyStore,
  SessionKey,
  SessionRef,
} from './port.ts';
import { createRebuilder } from './rebuild.ts';
import { openEntry } from './wrapping/key-wrapper.ts';
import type { KeyStoreSecrets } from './wrapping/key-wrapper.ts';

export interface KeyStoreOptions {
  readonly index: KeyIndex;
  readonly journal: KeyJournal;
  readonly secrets: KeyStoreSecrets;
  readonly clock: Clock;
  /** Unwrapped keys kept in memory. @default 10,000 */
  readonly cacheSize?: number;
  /** After how long a cached key is checked with the index, where it may have been erased. @default 60 s */
  readonly recheckMs?: number;
  /**
   * Longest pause between two readings of a stream's journal for links that the index misses; shorter where reading takes
   * less than a tenth of it. @default 60 s
   */
  readonly rebuildIntervalMs?: number;
}

/** The key store with what its operator may ask for. */
export interface RebuildableKeyStore extends KeyStore {
  /** Fills the index from the stream's journal. @throws KeyStoreUnavailableError */
  rebuild(streamId: string): Promise<void>;
}

const oneMinuteMs = 60_000;

/**
 * The logic that every engine shares. A new key is wrapped, durable in the journal, then claimed in the index, which
 * picks one of racing keys; only then is it used. What the index has lost comes back from the journal. Values of key
 * fields leave the process as HMACs only, keysets wrapped only.
 * @throws InvalidSecretsError
 */
export function createKeyStore(options: KeyStoreOptions): RebuildableKeyStore {
  const { index, journal, secrets, clock } = options;
  assertLookupSecret(secrets.lookupSecret);
  const cacheSize = options.cacheSize ?? 10_000;
  const recheckMs = options.recheckMs ?? oneMinuteMs;
  const cache = createKeyCache({ clock, size: cacheSize, recheckMs });
  const rebuilder = createRebuilder({
    index,
    journal,
    clock,
    intervalMs: options.rebuildIntervalMs ?? oneMinuteMs,
  });
  const confirmations = createConfirmations({ index, clock });
  const underWay = new Map<string, Promise<CurrentKey>>();
  const lookups = createLookups(secrets.lookupSecret, cacheSize);
  let closed = false;

  async function guarded<T>(what: string, task: () => Promise<T>): Promise<T> {
    if (closed) throw new KeyStoreUnavailableError('it is closed');
    try {
      return await task();
    } catch (cause) {
      if (cause instanceof KeyStoreUnavailableError) throw cause;
      throw new KeyStoreUnavailableError(what, { cause });
    }
  }

  async function open(entry: JournalEntry): Promise<SessionKey | undefined> {
    const keyset = await openEntry(entry, secrets.wrapper);
    if (keyset === undefined) return undefined;
    const { keyLink, createdAt, rotatesAt, policyId, expiresAt } = entry;
    return { keyLink, keyset, createdAt, rotatesAt, policyId, expiresAt };
  }

  /** `now` decides for the index whether the key that stands there has rotated. */
  async function makeKey(lookup: string, streamId: string, create: () => SessionKey, now: number) {
    const { keyset, ...facts } = create();
    const place = { keyLink: facts.keyLink, streamId };
    const wrapped = await guarded('the new key could not be wrapped', () =>
      secrets.wrapper.wrap(keyset, place),
    );
    const entry: JournalEntry = { ...facts, streamId, lookup, wrapped };
    failpoint('keystore.beforeJournal');
    await guarded('the journal did not store a new key', () => journal.append(entry));
    failpoint('keystore.afterJournal');
    const winner = await guarded('the index did not answer a claim', () => index.claim(entry, now));
    failpoint('keystore.afterClaim');
    const key = await guarded('the stored key does not open', () => open(winner));
    if (!key) throw new KeyStoreUnavailableError('the new key was erased at once');
    cache.put(key, streamId, lookup);
    return { key, created: key.keyLink === facts.keyLink };
  }

  /** The index's word on a cached key whose time to be checked has come; while it is away the key goes on. */
  async function confirm({ key }: CachedKey): Promise<boolean> {
    const entries = await confirmations.ask([key.keyLink]);
    if (entries === undefined) return true;
    const isErased = entries.get(key.keyLink)?.wrapped === null;
    if (isErased) cache.forget(key.keyLink);
    else cache.refresh(key.keyLink);
    return !isErased;
  }

  async function obtain({ streamId }: SessionRef, lookup: string, create: () => SessionKey) {
    const cached = cache.bySession(lookup);
    if (cached && (clock.monotonic() < cached.freshUntil || (await confirm(cached)))) {
      return { key: cached.key, created: false };
    }
    const entry = await guarded('the index does not answer', () => index.current(lookup));
    const now =
      entry && cache.hasRotated(entry.keyLink) ? Math.max(clock.now(), entry.rotatesAt) : clock.now();
    if (entry && entry.rotatesAt > now) {
      const key = await guarded('the stored key does not open', () => open(entry));
      if (key) {
        cache.put(key, streamId, lookup);
        return { key, created: false };
      }
    }
    return makeKey(lookup, streamId, create, now);
  }

  async function obtainOnce(
    session: SessionRef,
    lookup: string,
    create: () => SessionKey,
  ): Promise<CurrentKey> {
    if (closed) throw new KeyStoreUnavailableError('it is closed');
    const before = underWay.get(lookup);
    if (before) return { key: (await before).key, created: false };
    const obtaining = obtain(session, lookup, create).finally(() => underWay.delete(lookup));
    underWay.set(lookup, obtaining);
    return obtaining;
  }

  async function entriesOf(keyLinks: readonly string[]): Promise<ReadonlyMap<string, JournalEntry>> {
    if (keyLinks.length === 0) return new Map();
    return guarded('the index does not answer', () => index.byLinks(keyLinks));
  }

  async function toLookup(streamId: string, entry: JournalEntry | undefined): Promise<KeyLookup> {
    // A link of another stream is nobody's here.
    if (entry?.streamId !== streamId) return { state: 'missing' };
    const key = await open(entry);
    if (!key) {
      cache.forget(entry.keyLink);
      return { state: 'erased' };
    }
    cache.put(key, streamId);
    return { state: 'found', key, freshForMs: recheckMs };
  }

  /** What the cache knows; stale keys are among the unknown too. */
  function fromCache(streamId: string, keyLinks: readonly string[]) {
    const fresh = new Map<string, KeyLookup>();
    const stale = new Map<string, KeyLookup>();
    const unknown = new Set<string>();
    const now = clock.monotonic();
    for (const keyLink of keyLinks) {
      const cached = cache.byLink(keyLink);
      const known = cached?.streamId === streamId ? cached : undefined;
      const isFresh = known !== undefined && now < known.freshUntil;
      if (known) {
        const freshForMs = isFresh ? known.freshUntil - now : 0;
        (isFresh ? fresh : stale).set(keyLink, { state: 'found', key: known.key, freshForMs });
      }
      if (!isFresh) unknown.add(keyLink);
    }
    return { fresh, stale, unknown: [...unknown] };
  }

  async function tombstone(streamId: string, entry: JournalEntry | undefined): Promise<void> {
    if (entry?.streamId !== streamId) return;
    const dead = { ...entry, wrapped: null };
    await guarded('the journal did not store an erasure', () => journal.append(dead));
    await guarded('the index did not store an erasure', () => index.erase(dead));
    cache.forget(entry.keyLink);
  }

  return {
    currentKey(session, create) {
      const lookup = lookups.of(session);
      const cached = closed ? undefined : cache.bySession(lookup);
      return cached && clock.monotonic() < cached.freshUntil
        ? { key: cached.key, created: false }
        : obtainOnce(session, lookup, create);
    },

    async lookUp(streamId, keyLinks) {
      const { fresh, stale, unknown } = fromCache(streamId, keyLinks);
      if (unknown.length === 0) return fresh;
      const answer = new Map(fresh);
      const allKnown = stale.size === unknown.length;
      const indexed = await (allKnown ? confirmations.ask(unknown) : entriesOf(unknown));
      // Keys that are known go on while the index is away; they are checked at the next use.
      if (indexed === undefined) return new Map([...fresh, ...stale]);
      const entries = new Map(indexed);
      const lost = unknown.filter((keyLink) => !entries.has(keyLink));
      if (lost.length > 0) {
        const replayed = await guarded('the journal could not be read', () =>
          rebuilder.rebuildIfDue(streamId, lost),
        );
        for (const [keyLink, entry] of replayed) entries.set(keyLink, entry);
        const still = lost.filter((keyLink) => !replayed.has(keyLink));
        for (const [keyLink, entry] of await entriesOf(still)) entries.set(keyLink, entry);
      }
      await guarded('a stored key does not open', () =>
        Promise.all(
          unknown.map(async (keyLink) => {
            answer.set(keyLink, await toLookup(streamId, entries.get(keyLink)));
          }),
        ),
      );
      return answer;
    },

    async erase(streamId, keyLinks) {
      const entries = new Map(await entriesOf(keyLinks));
      const lost = keyLinks.filter((keyLink) => !entries.has(keyLink));
      if (lost.length > 0) {
        const replayed = await guarded('the journal could not be read', () =>
          rebuilder.rebuild(streamId, lost),
        );
        for (const [keyLink, entry] of replayed) entries.set(keyLink, entry);
      }
      await Promise.all([...new Set(keyLinks)].map((keyLink) => tombstone(streamId, entries.get(keyLink))));
    },

    async rebuild(streamId) {
      await guarded('the journal could not be read', () => rebuilder.rebuild(streamId));
    },

    async close() {
      closed = true;
      rebuilder.close();
      await Promise.allSettled(underWay.values());
      cache.clear();
      lookups.clear();
      await index.close();
    },
  };
}
