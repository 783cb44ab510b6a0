import type { CommittedOffset, PartitionBounds, RecordPosition, TopicPartition } from '../port.ts';
import type { ConsumerRun } from './create-consumer.ts';
import { partitionKey } from './partition-key.ts';

/** What a member of a group holds, and the order in which it takes and gives up: handlers are awaited in between. */
export interface HeldPartitions {
  all(): TopicPartition[];
  has(place: TopicPartition): boolean;
  take(places: readonly TopicPartition[]): Promise<void>;
  /** Resolves with those that were held, after their last handler and onRevoked. */
  giveUp(places: readonly TopicPartition[]): Promise<TopicPartition[]>;
  /** Tells the running handlers that what they do from here on is void. */
  lose(): void;
}

/** What the engine knows of topics and of the group. */
export interface GroupPositions {
  readonly bounds: (topic: string) => Promise<readonly PartitionBounds[]>;
  /** The group's stored offsets; partitions without one are left out. */
  readonly committed: (places: readonly TopicPartition[]) => Promise<readonly CommittedOffset[]>;
}

export function createHeldPartitions(
  run: ConsumerRun,
  { bounds, committed }: GroupPositions,
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

  async function positionsOf(places: readonly TopicPartition[]): Promise<readonly RecordPosition[]> {
    if (places.length === 0) return [];
    const stored = new Map((await committed(places)).map((each) => [partitionKey(each), each.offset]));
    return Promise.all(
      places.map(async (place) => ({
        ...place,
        offset: stored.get(partitionKey(place)) ?? (await beginningOf(place)),
      })),
    );
  }

  return {
    all: () => [...held.values()],
    has: (place) => held.has(partitionKey(place)),
    async take(places) {
      // 'latest' is what was there when the partition came, however long onAssigned takes.
      if (options.startAt === 'latest') await Promise.all(places.map(beginningOf));
      const prepared = run.prepare(places);
      places.forEach((place) => held.set(partitionKey(place), place));
      await handlers.onAssigned?.(places);
      // Not before: until onAssigned has fenced it, a predecessor that stood still may store another position.
      prepared.begin(await positionsOf(prepared.unplaced()));
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
