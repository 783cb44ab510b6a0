import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import type { JournalEntry, KeyIndex } from '../port.ts';
import { newSessionKey } from './session-keys.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { afterEach, beforeEach, describe, expect, it }: typeof jestGlobals;

const now = 1_767_225_600_000;

/** An entry of a session as a journal would hold it. */
export function newEntry(overrides: Partial<JournalEntry> = {}): JournalEntry {
  const { keyLink, createdAt, rotatesAt, policyId, expiresAt } = newSessionKey(now);
  const wrapped = { kekId: 'kek-1', ciphertext: Buffer.from(randomUUID()).toString('base64') };
  const [streamId, lookup] = ['stream-1', randomUUID()];
  return { keyLink, streamId, lookup, wrapped, createdAt, rotatesAt, policyId, expiresAt, ...overrides };
}

/** What every index promises. `open` gives an empty one, or one that shares its keys with nobody's. */
export function describeKeyIndexContract(name: string, open: () => Promise<KeyIndex>): void {
  describe(`key index contract: ${name}`, () => {
    let index: KeyIndex;
    beforeEach(async () => {
      index = await open();
    });
    afterEach(() => index.close());

    it('gives the claimed entry under its session and under its link', async () => {
      const entry = newEntry();
      await expect(index.claim(entry, now)).resolves.toEqual(entry);
      await expect(index.current(entry.lookup)).resolves.toEqual(entry);
      await expect(index.byLinks([entry.keyLink])).resolves.toEqual(new Map([[entry.keyLink, entry]]));
    });

    it('leaves out links and sessions that it does not know', async () => {
      const entry = await index.claim(newEntry(), now);
      await expect(index.current('unknown')).resolves.toBeUndefined();
      const found = await index.byLinks(['unknown', entry.keyLink]);
      expect([...found.keys()]).toEqual([entry.keyLink]);
      await expect(index.byLinks([])).resolves.toEqual(new Map());
    });

    it('keeps the unrotated entry that stands, and the loser under its link all the same', async () => {
      const first = newEntry();
      const second = newEntry({ lookup: first.lookup });
      await index.claim(first, now);
      await expect(index.claim(second, now)).resolves.toEqual(first);
      await expect(index.current(first.lookup)).resolves.toEqual(first);
      await expect(index.byLinks([second.keyLink])).resolves.toEqual(new Map([[second.keyLink, second]]));
    });

    it('replaces a rotated entry and keeps it under its link', async () => {
      const first = newEntry({ rotatesAt: now });
      const second = newEntry({ lookup: first.lookup });
      await index.claim(first, now - 1);
      await expect(index.claim(second, now)).resolves.toEqual(second);
      await expect(index.current(first.lookup)).resolves.toEqual(second);
      await expect(index.byLinks([first.keyLink])).resolves.toEqual(new Map([[first.keyLink, first]]));
    });

    it('lets one of many racing claims win, and tells every claimant the same', async () => {
      const lookup = randomUUID();
      const winners = await Promise.all(
        Array.from({ length: 20 }, () => index.claim(newEntry({ lookup }), now)),
      );
      expect(new Set(winners.map(({ keyLink }) => keyLink)).size).toBe(1);
      expect((await index.current(lookup))?.keyLink).toBe(winners[0]?.keyLink);
    });

    it('shows an erased entry as a tombstone under link and session', async () => {
      const entry = await index.claim(newEntry(), now);
      const tombstone = { ...entry, wrapped: null };
      await index.erase(tombstone);
      await expect(index.byLinks([entry.keyLink])).resolves.toEqual(new Map([[entry.keyLink, tombstone]]));
      await expect(index.current(entry.lookup)).resolves.toEqual(tombstone);
    });

    it('gives a session whose entry was erased a new one', async () => {
      const entry = await index.claim(newEntry(), now);
      await index.erase({ ...entry, wrapped: null });
      const next = newEntry({ lookup: entry.lookup });
      await expect(index.claim(next, now)).resolves.toEqual(next);
    });

    it('erases an older entry without touching the current one', async () => {
      const first = await index.claim(newEntry({ rotatesAt: now }), now - 1);
      const second = await index.claim(newEntry({ lookup: first.lookup }), now);
      await index.erase({ ...first, wrapped: null });
      await expect(index.current(first.lookup)).resolves.toEqual(second);
    });

    it('never brings an erased entry back, as a replay of the journal might try', async () => {
      const entry = await index.claim(newEntry(), now);
      await index.erase({ ...entry, wrapped: null });
      await index.claim(entry, now);
      const found = await index.byLinks([entry.keyLink]);
      expect(found.get(entry.keyLink)?.wrapped).toBeNull();
      expect((await index.current(entry.lookup))?.wrapped).toBeNull();
    });

    it('keeps a tombstone of an entry that it never saw', async () => {
      const tombstone = newEntry({ wrapped: null });
      await index.erase(tombstone);
      await expect(index.byLinks([tombstone.keyLink])).resolves.toEqual(
        new Map([[tombstone.keyLink, tombstone]]),
      );
    });

    it('answers a ping', async () => {
      await expect(index.ping()).resolves.toBeUndefined();
    });
  });
}
