import { SpliceSink } from '@ccd/contracts';
import type { RecordToAppend, StoredRecord } from '@ccd/eventlog';
import type { FieldCipher } from '@ccd/privacy';
import type { SourceEvent } from './source-event.ts';

/** Values that are derived one after the other, without a wait in between, into one piece of memory. */
export interface DerivedValues {
  /** All of a record or nothing of it. @throws what deriving the event throws */
  add(record: StoredRecord, event: SourceEvent, cipher: FieldCipher): void;
  /** What was added, as records of the derived streams. */
  take(): readonly RecordToAppend[];
}

/** One serves all: between the first value and the last nobody else has a turn. */
const sink = new SpliceSink();
const noPrefix = new Uint8Array(0);

export function createDerivedValues(): DerivedValues {
  const drafts: { readonly topic: string; readonly record: StoredRecord; readonly end: number }[] = [];
  sink.begin(noPrefix);
  return {
    add(record, event, cipher) {
      const [draftsBefore, bytesBefore] = [drafts.length, sink.length];
      try {
        for (const stream of event.streams) {
          event.derive(stream, cipher, sink);
          drafts.push({ topic: stream.topic, record, end: sink.length });
        }
      } catch (error) {
        drafts.length = draftsBefore;
        sink.truncate(bytesBefore);
        throw error;
      }
    },
    take() {
      const values = sink.done();
      let start = 0;
      return drafts.map(({ topic, record: { key, timestamp }, end }) => {
        const value = values.subarray(start, end);
        start = end;
        return { topic, key, value, timestamp };
      });
    },
  };
}
