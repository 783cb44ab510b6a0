import { decodeJournalEntry, encodeJournalEntry } from '../journal-codec.ts';
import type { JournalEntry, KeyJournal } from '../port.ts';

/** A journal in this process's memory, which keeps records as a key topic does. */
export function createMemoryJournal(): KeyJournal & { readonly entries: readonly JournalEntry[] } {
  const records: ReturnType<typeof encodeJournalEntry>[] = [];
  return {
    get entries() {
      return records.map(decodeJournalEntry);
    },
    async append(entry) {
      records.push(encodeJournalEntry(entry));
    },
    async *replay(streamId, signal) {
      for (const record of [...records]) {
        signal.throwIfAborted();
        const entry = decodeJournalEntry(record);
        if (entry.streamId === streamId) yield entry;
      }
    },
  };
}
