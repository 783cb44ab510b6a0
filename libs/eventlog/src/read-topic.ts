import type { EventLog, RecordBatch, StoredRecord } from './port.ts';

export interface ReadTopicOptions {
  readonly signal?: AbortSignal;
  /** Where to begin, by partition; absent: at the beginning. */
  readonly from?: ReadonlyMap<number, number>;
}

/**
 * Reads a topic to where it ended when the call began, and then ends itself; each partition in order. For topics that
 * are read as a whole: registries, journals.
 * @throws TopicNotFoundError, LogUnavailableError, or the signal's reason
 */
export async function* readTopic(
  log: EventLog,
  topic: string,
  { signal, from }: ReadTopicOptions = {},
): AsyncGenerator<StoredRecord, void, undefined> {
  signal?.throwIfAborted();
  /** What is left to read: ends by partition. */
  const open = new Map<number, number>();
  for (const { partition, earliest, latest } of await log.admin.bounds(topic)) {
    if (Math.max(earliest, from?.get(partition) ?? 0) < latest) open.set(partition, latest);
  }
  if (open.size === 0) return;

  const stop = new AbortController();
  const batches: RecordBatch[] = [];
  /** Ends the handlers of the batches handed over: one per partition, so that little is held. */
  const release = new Map<number, () => void>();
  let wake = (): void => {};
  const state: { failure?: { readonly error: unknown }; ended: boolean } = { ended: false };
  const consumer = await log.createConsumer({ topics: [topic], startAt: 'earliest' });
  const running = consumer
    .run(
      {
        async onAssigned(partitions) {
          for (const [partition, offset] of from ?? []) consumer.seek({ topic, partition, offset });
          consumer.pause(partitions.filter(({ partition }) => !open.has(partition)));
        },
        async onBatch(batch) {
          if (stop.signal.aborted) return;
          await new Promise<void>((resolve) => {
            batches.push(batch);
            release.set(batch.partition, resolve);
            wake();
          });
        },
      },
      signal ? AbortSignal.any([stop.signal, signal]) : stop.signal,
    )
    .catch((error: unknown) => {
      state.failure = { error };
    })
    .finally(() => {
      state.ended = true;
      wake();
    });

  /** The next batch; undefined when the consumer has ended before its time. */
  async function take(): Promise<RecordBatch | undefined> {
    for (;;) {
      const batch = batches.shift();
      if (batch || state.ended || signal?.aborted === true) return batch;
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal?.addEventListener('abort', () => {
          resolve();
        });
      });
    }
  }

  try {
    while (open.size > 0) {
      const batch = await take();
      if (!batch) break;
      const end = open.get(batch.partition) ?? 0;
      for (const record of batch.records) {
        signal?.throwIfAborted();
        if (record.offset < end) yield record;
      }
      if (batch.nextOffset >= end) {
        open.delete(batch.partition);
        consumer.pause([batch]);
      }
      release.get(batch.partition)?.();
    }
  } finally {
    stop.abort();
    release.forEach((resolve) => {
      resolve();
    });
    await running;
    await consumer.close();
  }
  signal?.throwIfAborted();
  if (state.failure) throw state.failure.error;
}
