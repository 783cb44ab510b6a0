import { InvalidRecordError, RecordTooLargeError } from './errors.ts';
import type { Producer, RecordToAppend } from './port.ts';

/** Appends single records, those of one turn of the event loop together. */
export interface BatchingProducer {
  /** Resolves once the record is durable. @throws what Producer.append throws, about this record */
  append(record: RecordToAppend): Promise<void>;
}

export interface BatchLimits {
  /** Records of one append. @default 500 */
  readonly maxRecords?: number;
  /** Bytes of their keys and values, unless one alone has more. @default 1 MiB */
  readonly maxBytes?: number;
}

interface Waiting {
  readonly record: RecordToAppend;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups what one turn of the event loop appends, topic by topic: a topic that cannot be written to fails its own
 * records alone, and so does a record that is refused. Records of a topic are appended in the order of the calls.
 */
export function createBatchingProducer(
  producer: Pick<Producer, 'append'>,
  { maxRecords = 500, maxBytes = 1024 * 1024 }: BatchLimits = {},
): BatchingProducer {
  let waiting: Waiting[] = [];

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (const ofTopic of Map.groupBy(all, ({ record }) => record.topic).values()) {
      for (const batch of batchesOf(ofTopic, maxRecords, maxBytes)) void send(batch);
    }
  }

  /** Never rejects. */
  async function send(batch: readonly Waiting[]): Promise<void> {
    try {
      await producer.append(batch.map(({ record }) => record));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // Nothing of the batch was stored: each is judged by itself.
      if (batch.length > 1 && isRefusalOfOne(error)) for (const each of batch) await send([each]);
      else for (const { reject } of batch) reject(error);
    }
  }

  return {
    append: (record) =>
      new Promise((resolve, reject) => {
        // After the poll phase, so that every request that is readable by now comes along.
        if (waiting.push({ record, resolve, reject }) === 1) setImmediate(flush);
      }),
  };
}

function isRefusalOfOne(error: unknown): boolean {
  return error instanceof RecordTooLargeError || error instanceof InvalidRecordError;
}

function batchesOf(all: readonly Waiting[], maxRecords: number, maxBytes: number): readonly Waiting[][] {
  let current: Waiting[] = [];
  const batches = [current];
  let bytes = 0;
  for (const each of all) {
    const size = (each.record.key?.length ?? 0) + (each.record.value?.length ?? 0);
    if (current.length > 0 && (current.length === maxRecords || bytes + size > maxBytes)) {
      current = [];
      batches.push(current);
      bytes = 0;
    }
    current.push(each);
    bytes += size;
  }
  return batches;
}
