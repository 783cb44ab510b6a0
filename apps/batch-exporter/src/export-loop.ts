import { createGrowingPause } from '@ccd/dataplane';
import type { CommittedOffset, Consumer, EventLog, RecordBatch, TopicPartition } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import { nextBoundary } from './interval.ts';
import type { PartitionExport } from './partition-export.ts';

export interface ExportLoopOptions {
  readonly log: EventLog;
  readonly topic: string;
  readonly group: string;
  /** Where to begin in a partition that was never exported. */
  readonly startAt: 'earliest' | 'latest';
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly createExport: (
    partition: TopicPartition,
    committed: CommittedOffset,
    consumer: Consumer,
    signal: AbortSignal,
  ) => PartitionExport;
  /** Called once partitions are assigned and the export runs. */
  readonly onRunning: () => void;
  /** The record at this offset keeps a partition from going on. */
  readonly onBlocked: (partition: number, offset: number, error: unknown) => void;
  /** Nothing keeps the partition from going on any more. */
  readonly onUnblocked: (partition: number) => void;
}

/**
 * Exports the partitions that this member of the group is given until the signal aborts. Rejects with the first error
 * of any partition; starting again then carries on from what is committed.
 */
export async function runExportLoop(options: ExportLoopOptions, signal: AbortSignal): Promise<void> {
  const { log, topic, group, startAt } = options;
  const consumer = await log.createConsumer({ topics: [topic], group, startAt });
  const failed = new AbortController();
  const running = AbortSignal.any([signal, failed.signal]);
  const exports = new Map<number, Serial<PartitionExport>>();
  const ticking = tick(options, exports, running).catch((error: unknown) => {
    if (!running.aborted) failed.abort(error);
  });
  try {
    await consumer.run(
      {
        onAssigned: async (partitions) => {
          for (const committed of await startingPoints(options, consumer, partitions)) {
            const { partition } = committed;
            const exporting = options.createExport({ topic, partition }, committed, consumer, running);
            exports.set(partition, new Serial(exporting));
            consumer.seek({ topic, partition, offset: committed.offset });
          }
          options.onRunning();
        },
        onRevoked: async (partitions) => {
          await Promise.all(
            partitions.map(async ({ partition }) => {
              const exporting = exports.get(partition);
              exports.delete(partition);
              await exporting?.run((each) => each.close());
              options.onUnblocked(partition);
            }),
          );
        },
        onBatch: async (batch, stopping) => {
          const exporting = exports.get(batch.partition);
          if (exporting !== undefined) await acceptAll(exporting, batch, options, stopping);
        },
      },
      running,
    );
    if (failed.signal.aborted) throw failed.signal.reason;
  } finally {
    failed.abort();
    await ticking;
    await Promise.all([...exports.values()].map((exporting) => exporting.run((each) => each.close())));
    // What blocked them is found again where it still does.
    for (const partition of exports.keys()) options.onUnblocked(partition);
    await consumer.close();
  }
}

/**
 * Has a batch accepted to its end. While one of its records cannot be rendered the partition waits for it; what came
 * before is exported when its interval ends, and other partitions go on. Returns early when the signal aborts.
 */
async function acceptAll(
  exporting: Serial<PartitionExport>,
  batch: RecordBatch,
  { clock, onBlocked, onUnblocked }: ExportLoopOptions,
  stopping: AbortSignal,
): Promise<void> {
  const pause = createGrowingPause(clock);
  let blockedAt: number | undefined;
  for (let left = batch; ;) {
    const blockage = await exporting.run((each) => each.accept(left));
    if (blockage === undefined) break;
    const { offset, error } = blockage;
    if (blockedAt !== undefined && offset > blockedAt) pause.reset();
    blockedAt = offset;
    onBlocked(batch.partition, offset, error);
    if (!(await pause.wait(stopping))) return;
    left = { ...batch, records: batch.records.filter((record) => record.offset >= offset) };
  }
  if (blockedAt !== undefined) onUnblocked(batch.partition);
}

/** A partition's place in the group, stored at once where there is none: a crash must not move where it began. */
async function startingPoints(
  { log, topic, startAt }: ExportLoopOptions,
  consumer: Consumer,
  partitions: readonly TopicPartition[],
): Promise<readonly CommittedOffset[]> {
  const known = await consumer.committed(partitions);
  const missing = partitions.filter(
    ({ partition }) => !known.some((committed) => committed.partition === partition),
  );
  if (missing.length === 0) return known;
  const bounds = await log.admin.bounds(topic);
  const fresh = missing.map(({ partition }) => {
    const found = bounds.find((bound) => bound.partition === partition);
    return { topic, partition, offset: found?.[startAt] ?? 0, metadata: '' };
  });
  await consumer.commit(fresh);
  return [...known, ...fresh];
}

async function tick(
  { clock, intervalMs }: ExportLoopOptions,
  exports: ReadonlyMap<number, Serial<PartitionExport>>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const now = clock.now();
    await clock.sleep(nextBoundary(now, intervalMs) - now, signal);
    await Promise.all(
      [...exports.values()].map((exporting) => exporting.run((each) => each.finishInterval(clock.now()))),
    );
  }
}

/** Hands a value to one user at a time, in the order of asking. */
class Serial<T> {
  readonly #value: T;
  #last: Promise<unknown> = Promise.resolve();

  constructor(value: T) {
    this.#value = value;
  }

  run<R>(use: (value: T) => Promise<R>): Promise<R> {
    const turn = this.#last.then(
      () => use(this.#value),
      () => use(this.#value),
    );
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
