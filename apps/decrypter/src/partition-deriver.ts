import { createGrowingPause } from '@ccd/dataplane';
import type { RecordBatch, RecordToAppend, TransactionalProducer } from '@ccd/eventlog';
import { failpoint } from '@ccd/failpoints';
import type { Clock } from '@ccd/reconcile';
import { failureOf } from '@ccd/service';
import type { DeriveOptions } from './derive-records.ts';
import { deriveRecords } from './derive-records.ts';
import { toDeadLetter } from './dead-letter.ts';
import type { Place } from './dead-letter.ts';

export interface DeriverOptions extends DeriveOptions {
  readonly group: string;
  readonly producer: TransactionalProducer;
  readonly clock: Clock;
  readonly onDerived: (counts: {
    readonly read: number;
    readonly written: number;
    readonly erased: number;
    readonly letGo: number;
  }) => void;
  /** Whether a person has decided that the event at this place need not be derived. */
  readonly mayGo: (place: Place) => Promise<boolean>;
  /** Something keeps a partition from going on, at this offset. */
  readonly onBlocked: (partition: number, offset: number, reason: string, message: string) => void;
  /** Nothing keeps the partition from going on any more. */
  readonly onUnblocked: (partition: number) => void;
}

/**
 * Derives a batch exactly once: each part of it, and the position after it, in one transaction. Where an event cannot be
 * derived, what comes before it is committed, and the partition waits for it, until it can be or a person lets it go to
 * the dead letters; other partitions go on.
 * @throws when the log fails; the producer is then spent. Returns early when the signal aborts.
 */
export async function deriveBatch(
  { topic, partition, records, nextOffset }: RecordBatch,
  options: DeriverOptions,
  signal: AbortSignal,
): Promise<void> {
  let left = records;
  const pause = createGrowingPause(options.clock);
  let blocked = false;
  for (;;) {
    const { records: derived, erased, blockage } = await attempt(left);
    const position = blockage?.offset ?? nextOffset;
    const done = left.filter(({ offset }) => offset < position);
    if (done.length > 0 || blockage === undefined) {
      await commit(derived, position);
      options.onDerived({ read: done.length, written: derived.length, erased, letGo: 0 });
      pause.reset();
    }
    if (blockage === undefined) break;
    left = left.slice(done.length);
    const { record, reason, message } = blockage;
    if (record !== undefined && (await options.mayGo(record))) {
      await commit([toDeadLetter(options.streamId, record, reason)], record.offset + 1);
      options.onDerived({ read: 1, written: 0, erased: 0, letGo: 1 });
      left = left.slice(1);
      continue;
    }
    blocked = true;
    options.onBlocked(partition, position, reason, message);
    if (!(await pause.wait(signal))) return;
  }
  if (blocked) options.onUnblocked(partition);

  async function commit(toAppend: readonly RecordToAppend[], offset: number): Promise<void> {
    failpoint('decrypter.beforeTransaction');
    await options.producer.commit({
      records: toAppend,
      group: options.group,
      offsets: [{ topic, partition, offset }],
    });
    failpoint('decrypter.afterTransaction');
  }

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
