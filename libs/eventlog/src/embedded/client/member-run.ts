import type { TopicPartition } from '../../port.ts';
import { partitionKey } from '../engine/assignment.ts';
import type { GroupEvent } from '../wire/requests.ts';
import type { ConsumerRun } from './consumer.ts';
import { isAborted } from '../signals.ts';
import { SessionLostError } from './connection-port.ts';

type Assigned = Extract<GroupEvent, { event: 'assigned' }>['partitions'];

/**
 * Runs a member of a group: joins, takes and gives up partitions as the engine says, and joins again after it lost the
 * engine. What was read and not committed when that happened is read again, by whoever gets the partition.
 */
export async function runMember(run: ConsumerRun, group: string): Promise<void> {
  const { connection, consumer, options, handlers, readers, stop } = run;
  const held = new Map<string, TopicPartition>();
  /** Where this member began where the group had no offset: 'latest' must not move on while nothing is committed. */
  const beginnings = new Map<string, number>();

  async function beginningOf(place: TopicPartition): Promise<number> {
    const known = beginnings.get(partitionKey(place));
    if (known !== undefined) return known;
    const { result } = await connection.ask('topics.bounds', { topic: place.topic });
    const bounds = result.bounds.find(({ partition }) => partition === place.partition);
    const offset = (options.startAt === 'earliest' ? bounds?.earliest : bounds?.latest) ?? 0;
    beginnings.set(partitionKey(place), offset);
    return offset;
  }

  async function take(assigned: Assigned): Promise<void> {
    const positions = [];
    for (const { topic, partition, offset } of assigned) {
      positions.push({ topic, partition, offset: offset ?? (await beginningOf({ topic, partition })) });
    }
    const places = assigned.map(({ topic, partition }) => ({ topic, partition }));
    const begin = run.prepare(positions);
    places.forEach((place) => held.set(partitionKey(place), place));
    await handlers.onAssigned?.(places);
    begin();
  }

  async function giveUp(places: readonly TopicPartition[]): Promise<TopicPartition[]> {
    const mine = places.filter((place) => held.has(partitionKey(place)));
    await Promise.all(mine.flatMap((place) => readers.get(partitionKey(place))?.finish() ?? []));
    if (mine.length > 0) await handlers.onRevoked?.(mine);
    for (const place of mine) {
      held.delete(partitionKey(place));
      readers.delete(partitionKey(place));
    }
    return mine;
  }

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
      readers.forEach((reader) => {
        reader.lose();
      });
      over.resolve(undefined);
    };
    const deafen = [
      connection.onLost(lose),
      connection.onEvent(consumer, (event) => {
        if (event.event === 'expelled') lose();
        else if (event.event === 'assigned') then(() => take(event.partitions));
        else {
          then(async () => {
            const partitions = await giveUp(event.partitions);
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
        await giveUp([...held.values()]);
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
