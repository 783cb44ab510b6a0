import type { PartitionBounds, TopicPartition } from '../port.ts';
import type { ConsumerRun } from './create-consumer.ts';
import { partitionKey } from './partition-key.ts';

export interface AssignedPartition extends TopicPartition {
  /** The group's stored offset, if it has one. */
  readonly offset: number | null;
}

/** What a member of a group holds, and the order in which it takes and gives up: handlers are awaited in between. */
export interface HeldPartitions {
  all(): TopicPartition[];
  has(place: TopicPartition): boolean;
  take(assigned: readonly AssignedPartition[]): Promise<void>;
  /** Resolves with those that were held, after their last handler and onRevoked. */
  giveUp(places: readonly TopicPartition[]): Promise<TopicPartition[]>;
  /** Tells the running handlers that what they do from here on is void. */
  lose(): void;
}

export function createHeldPartitions(
  run: ConsumerRun,
  bounds: (topic: string) => Promise<readonly PartitionBounds[]>,
): HeldPartitions {
  const { options, handlers, readers } = run;
  const held = new Map<string, TopicPartition>();
  /** Where this member began where the group had no offset: 'latest' must not move on while nothing is committed. */
  const beginnings = new Map<string, number>();

  async function beginningOf(place: TopicPartition): Promise<number> {
    const known = beginnings.get(partitionKey(place));
    if (known !== undefined) return known;
    const found = (await bounds(place.topic)).find(({ partition }) => partition === place.partition);
    const offset = (options.startAt === 'earliest' ? found?.earliest : found?.latest) ?? 0;
    beginnings.set(partitionKey(place), offset);
    return offset;
  }

  return {
    all: () => [...held.values()],
    has: (place) => held.has(partitionKey(place)),
    async take(assigned) {
      const positions = [];
      for (const { topic, partition, offset } of assigned) {
        positions.push({ topic, partition, offset: offset ?? (await beginningOf({ topic, partition })) });
      }
      const places = assigned.map(({ topic, partition }) => ({ topic, partition }));
      const begin = run.prepare(positions);
      places.forEach((place) => held.set(partitionKey(place), place));
      await handlers.onAssigned?.(places);
      begin();
    },
    async giveUp(places) {
      const mine = places.filter((place) => held.has(partitionKey(place)));
      await Promise.all(mine.flatMap((place) => readers.get(partitionKey(place))?.finish() ?? []));
      if (mine.length > 0) await handlers.onRevoked?.(mine);
      for (const place of mine) {
        held.delete(partitionKey(place));
        readers.delete(partitionKey(place));
      }
      return mine;
    },
    lose() {
      readers.forEach((reader) => {
        reader.lose();
      });
    },
  };
}
