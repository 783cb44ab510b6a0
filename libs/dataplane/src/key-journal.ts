import type { EventLog, Producer } from '@ccd/eventlog';
import { readTopic } from '@ccd/eventlog';
import type { KeyJournal } from '@ccd/keystore';
import { decodeJournalEntry, encodeJournalEntry } from '@ccd/keystore';

const prefix = 'keys-';

/** The topic that records the keys of a stream. */
export const keyTopicOf = (streamId: string): string => `${prefix}${streamId}`;

/** The stream whose keys a topic records; undefined for a topic of another kind. */
export const streamOfKeyTopic = (topic: string): string | undefined =>
  topic.startsWith(prefix) ? topic.slice(prefix.length) : undefined;

/** The record of all session keys on the event log: the compacted topic `keys-<uuid>` of each stream. */
export function createKeyJournal(log: EventLog, producer: Producer): KeyJournal {
  return {
    async append(entry) {
      await producer.append([{ topic: keyTopicOf(entry.streamId), ...encodeJournalEntry(entry) }]);
    },
    async *replay(streamId, signal) {
      for await (const record of readTopic(log, keyTopicOf(streamId), { signal })) {
        // The log's own tombstones, of keys that were compacted away, say nothing.
        if (record.value !== null) yield decodeJournalEntry(record);
      }
    },
  };
}
