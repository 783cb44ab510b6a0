import { KeyStoreUnavailableError } from './errors.ts';
import { encodeJournalEntry, parseEntry } from './journal-codec.ts';
import type { JournalEntry, KeyIndex, KeyTable } from './port.ts';

/** Each lost race means that somebody else's write went through, so that as many in a row are no contention. */
const attempts = 64;

const atSession = (lookup: string): string => `session/${lookup}`;
const atLink = (keyLink: string): string => `link/${keyLink}`;

type Values = ReadonlyMap<string, Buffer>;
interface Change {
  readonly standing: JournalEntry;
  /** Entries by their place in the table. */
  readonly put: ReadonlyMap<string, JournalEntry>;
}

function entryAt(values: Values, key: string): JournalEntry | undefined {
  const value = values.get(key);
  return value && parseEntry(value);
}

/** The embedded index: one entry per link and one per session in a table of the engine process. */
export function createTableIndex(table: KeyTable): KeyIndex {
  /** Reads, decides, and writes if nothing moved in between; decides anew otherwise. */
  async function change(keys: readonly string[], decide: (values: Values) => Change): Promise<JournalEntry> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const values = await table.get(keys);
      const { standing, put } = decide(values);
      if (put.size === 0) return standing;
      const written = await table.write({
        expect: keys.map((key) => ({ key, value: values.get(key) ?? null })),
        put: [...put].map(([key, entry]) => ({ key, value: encodeJournalEntry(entry).value })),
      });
      if (written) return standing;
    }
    throw new KeyStoreUnavailableError('too many writers on one key');
  }

  return {
    async current(lookup) {
      return entryAt(await table.get([atSession(lookup)]), atSession(lookup));
    },

    claim(entry, now) {
      const [session, link] = [atSession(entry.lookup), atLink(entry.keyLink)];
      return change([session, link], (values) => {
        const current = entryAt(values, session);
        const before = entryAt(values, link);
        if (before?.wrapped === null) return { standing: current ?? before, put: new Map() };
        const stands = current !== undefined && current.wrapped !== null && current.rotatesAt > now;
        if (stands) return { standing: current, put: before ? new Map() : new Map([[link, entry]]) };
        return {
          standing: entry,
          put: new Map([
            [session, entry],
            [link, entry],
          ]),
        };
      });
    },

    async byLinks(keyLinks) {
      const values = await table.get(keyLinks.map(atLink));
      return new Map(
        keyLinks.flatMap((keyLink) => {
          const entry = entryAt(values, atLink(keyLink));
          return entry ? [[keyLink, entry] as const] : [];
        }),
      );
    },

    async erase(tombstone) {
      const [session, link] = [atSession(tombstone.lookup), atLink(tombstone.keyLink)];
      await change([session, link], (values) => {
        const isCurrent = entryAt(values, session)?.keyLink === tombstone.keyLink;
        return {
          standing: tombstone,
          put: new Map([link, ...(isCurrent ? [session] : [])].map((key) => [key, tombstone])),
        };
      });
    },

    async ping() {
      await table.get(['ping']);
    },
    async close() {},
  };
}
