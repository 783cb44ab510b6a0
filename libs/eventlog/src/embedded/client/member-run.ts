import type { ConsumerRun } from '../../consuming/create-consumer.ts';
import { createHeldPartitions } from '../../consuming/held-partitions.ts';
import type { GroupPositions } from '../../consuming/held-partitions.ts';
import { isAborted } from '../../consuming/signals.ts';
import { SessionLostError } from './connection-port.ts';
import type { Connection } from './connection-port.ts';

/**
 * Runs a member of a group: joins, takes and gives up partitions as the engine says, and joins again after it lost the
 * engine. What was read and not committed when that happened is read again, by whoever gets the partition.
 */
export async function runMember({
  run,
  connection,
  consumer,
  group,
  positions,
}: {
  readonly run: ConsumerRun;
  readonly connection: Connection;
  readonly consumer: number;
  readonly group: string;
  readonly positions: GroupPositions;
}): Promise<void> {
  const { options, stop } = run;
  const held = createHeldPartitions(run, positions);

  /** One membership: from joining until the end of the run (true) or the loss of the membership (false). */
  async function belong(): Promise<void> {
    const over = Promise.withResolvers<undefined>();
    /** Assignments and revocations are dealt with one after the other. */
    let work = Promise.resolve();
    const then = (task: () => Promise<void>): void => {
      work = work.then(task).catch((error: unknown) => {
        if (!(error instanceof SessionLostError)) run.fail(error);
      });
    };
    const lose = (): void => {
      // At once: what a handler does from here on is void.
      held.lose();
      over.resolve(undefined);
    };
    const deafen = [
      connection.onLost(lose),
      connection.onEvent(consumer, (event) => {
        if (event.event === 'expelled') lose();
        else if (event.event === 'assigned') then(() => held.take(event.partitions));
        else {
          then(async () => {
            const partitions = await held.giveUp(event.partitions);
            await connection.bound('group.release', { consumer, partitions });
          });
        }
      }),
    ];
    const stopped = (): void => {
      over.resolve(undefined);
    };
    stop.addEventListener('abort', stopped);
    if (stop.aborted) stopped();
    try {
      await connection.bound('group.join', { consumer, group, topics: [...options.topics] });
      await over.promise;
    } finally {
      stop.removeEventListener('abort', stopped);
      then(async () => {
        await held.giveUp(held.all());
      });
      await work;
      deafen.forEach((stopListening) => {
        stopListening();
      });
      await connection.bound('group.leave', { consumer }).catch(() => {});
    }
  }

  while (!stop.aborted) {
    try {
      await connection.ready(stop);
      await belong();
    } catch (error) {
      if (!(error instanceof SessionLostError) && !isAborted(stop)) throw error;
    }
  }
}
