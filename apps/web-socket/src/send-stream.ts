import type { RecordReader } from '@ccd/dataplane';
import { isUnreadable } from '@ccd/dataplane';
import type { EventLog, RecordBatch } from '@ccd/eventlog';

/** Whoever takes the events of a stream. */
export interface Reader {
  /** Resolves when there is room for more. @throws when the reader went away or takes nothing */
  send(text: string): Promise<void>;
}

export interface SendStreamOptions {
  readonly log: Pick<EventLog, 'createConsumer'>;
  readonly records: Pick<RecordReader, 'read'>;
  readonly topic: string;
  readonly reader: Reader;
  readonly onSent: () => void;
  /** Told of each event that nothing explains; the reader does not get it. */
  readonly onUnreadable: () => void;
}

/**
 * Sends the events that come from now on, as `{"a": 1, "b": "x"}` with a space after comma and colon, until the signal
 * aborts. Nothing is kept for the reader: this is for looking on.
 * @throws TopicNotFoundError, LogUnavailableError
 */
export async function sendStream(options: SendStreamOptions, signal: AbortSignal): Promise<void> {
  const { log, records, topic, reader, onSent, onUnreadable } = options;

  async function sendBatch(batch: RecordBatch): Promise<void> {
    for (const { value } of batch.records) {
      if (signal.aborted) return;
      if (value === null) continue;
      try {
        const { schema, event } = await records.read(value);
        await reader.send(schema.toJson(event, 'spaced'));
        onSent();
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        onUnreadable();
      }
    }
  }

  const consumer = await log.createConsumer({ topics: [topic], startAt: 'latest' });
  try {
    await consumer.run({ onBatch: sendBatch }, signal);
  } finally {
    await consumer.close();
  }
}
