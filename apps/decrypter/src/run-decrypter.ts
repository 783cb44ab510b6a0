import type { DecrypterTask, RecordReader } from '@ccd/dataplane';
import type { EventLog } from '@ccd/eventlog';
import type { KeyStore } from '@ccd/keystore';
import type { FieldCipherFactory } from '@ccd/privacy';
import type { Clock } from '@ccd/reconcile';
import { createDerivedStream } from './derive-event.ts';
import { HeldKeys } from './held-keys.ts';
import type { DeriverOptions } from './partition-deriver.ts';
import { deriveBatch } from './partition-deriver.ts';
import { createSourceReader } from './source-event.ts';

export interface DecrypterOptions extends Pick<
  DeriverOptions,
  'onDerived' | 'onBlocked' | 'onUnblocked' | 'mayGo'
> {
  readonly task: DecrypterTask;
  readonly log: EventLog;
  readonly reader: RecordReader;
  readonly keys: Pick<KeyStore, 'lookUp'>;
  readonly ciphers: FieldCipherFactory;
  readonly clock: Clock;
  /** Called once partitions are assigned. */
  readonly onRunning: () => void;
}

/** The consumer group, and the prefix of the transactional ids, of a source stream's decrypter. */
export const groupOf = ({ streamId }: Pick<DecrypterTask, 'streamId'>): string => `decrypter-${streamId}`;

/**
 * Derives one source stream until the signal aborts. Rejects when the log fails; starting again then carries on from
 * what was committed. One transactional id per source partition fences a decrypter that lost it without noticing.
 */
export async function runDecrypter(options: DecrypterOptions, signal: AbortSignal): Promise<void> {
  const { task, log, reader, keys, clock } = options;
  const group = groupOf(task);
  const derived = task.derived.map(createDerivedStream);
  const source = createSourceReader(reader, derived);
  const held = new HeldKeys({ ciphers: options.ciphers });
  const derivers = new Map<number, DeriverOptions>();
  const consumer = await log.createConsumer({ topics: [task.sourceTopic], group, startAt: 'earliest' });
  try {
    await consumer.run(
      {
        onAssigned: async (partitions) => {
          for (const { partition } of partitions) {
            derivers.set(partition, {
              streamId: task.streamId,
              source,
              keys,
              clock,
              group,
              mayGo: options.mayGo,
              onDerived: options.onDerived,
              onBlocked: options.onBlocked,
              onUnblocked: options.onUnblocked,
              producer: await log.createTransactionalProducer(`${group}-${partition}`),
              held,
            });
          }
          options.onRunning();
        },
        onRevoked: async (partitions) => {
          for (const { partition } of partitions) {
            const deriver = derivers.get(partition);
            derivers.delete(partition);
            await deriver?.producer.close();
            options.onUnblocked(partition);
          }
        },
        onBatch: async (batch, stopping) => {
          const deriver = derivers.get(batch.partition);
          if (deriver !== undefined) await deriveBatch(batch, deriver, stopping);
        },
      },
      signal,
    );
  } finally {
    await Promise.allSettled([...derivers.values()].map(({ producer }) => producer.close()));
    // What blocked them is found again where it still does.
    for (const partition of derivers.keys()) options.onUnblocked(partition);
    await consumer.close();
    held.clear();
  }
}
