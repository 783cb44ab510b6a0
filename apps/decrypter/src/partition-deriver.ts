import { failureOf } from '@ccd/dataplane';
import type { RecordBatch, TransactionalProducer } from '@ccd/eventlog';
import { failpoint } from '@ccd/failpoints';
import type { Clock } from '@ccd/reconcile';
import type { DeriveOptions } from './derive-records.ts';
import { deriveRecords } from './derive-records.ts';

export interface DeriverOptions extends DeriveOptions {
  readonly group: string;
  readonly producer: TransactionalProducer;
  readonly clock: Clock;
  readonly onDerived: (counts: {
    readonly read: number;
    readonly written: number;
    readonly erased: number;
  }) => void;
  /** Something keeps a partition from going on. */
  readonly onBlocked: (partition: number, reason: string, message: string) => void;
  /** Nothing keeps the partition from going on any more. */
  readonly onUnblocked: (partition: number) => void;
}

const firstWaitMs = 1_000;
const longestWaitMs = 60_000;

/**
 * Derives a batch exactly once: each part of it, and the position after it, in one transaction. Where an event cannot be
 * derived, what comes before it is committed, and the partition waits for it; other partitions go on.
 * @throws when the log fails; the producer is then spent. Returns early when the signal aborts.
 */
export async function deriveBatch(
  { topic, partition, records, nextOffset }: RecordBatch,
  options: DeriverOptions,
  signal: AbortSignal,
): Promise<void> {
  let left = records;
  let waitMs = firstWaitMs;
  let blocked = false;
  for (;;) {
    const { records: derived, erased, blockage } = await attempt(left);
    const position = blockage?.offset ?? nextOffset;
    const done = left.filter(({ offset }) => offset < position);
    if (done.length > 0 || blockage === undefined) {
      failpoint('decrypter.beforeTransaction');
      await options.producer.commit({
        records: derived,
        group: options.group,
        offsets: [{ topic, partition, offset: position }],
      });
      failpoint('decrypter.afterTransaction');
      options.onDerived({ read: done.length, written: derived.length, erased });
      waitMs = firstWaitMs;
    }
    if (blockage === undefined) break;
    blocked = true;
    options.onBlocked(partition, blockage.reason, blockage.message);
    left = left.slice(done.length);
    if (!(await waited(options.clock, waitMs, signal))) return;
    waitMs = Math.min(waitMs * 2, longestWaitMs);
  }
  if (blocked) options.onUnblocked(partition);

  async function attempt(from: typeof left): ReturnType<typeof deriveRecords> {
    try {
      return await deriveRecords(from, options);
    } catch (error) {
      // An engine that does not answer blocks the whole rest, for as long as it does not.
      const [first] = from;
      if (first === undefined) throw error;
      return { records: [], erased: 0, blockage: { offset: first.offset, ...failureOf(error) } };
    }
  }
}

/** Whether the time has passed; false when the signal came first. */
async function waited(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
