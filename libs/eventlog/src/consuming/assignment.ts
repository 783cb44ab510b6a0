import type { TopicPartition } from '../port.ts';
import { partitionKey } from './partition-key.ts';

export interface Member {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
}

/**
 * Who should own what: every partition has one owner among the members that read its topic, loads differ by at most
 * one among members of equal topics, and a partition stays where it is unless that would break the balance.
 * Keys of `current` and of the result are those of partitionKey.
 */
export function assignPartitions(
  members: readonly Member[],
  partitions: readonly TopicPartition[],
  current: ReadonlyMap<string, string>,
): Map<string, string> {
  const loads = new Map(members.map(({ id }) => [id, 0]));
  const load = (id: string): number => loads.get(id) ?? 0;
  const result = new Map<string, string>();
  const readersOf = (topic: string): Member[] => members.filter(({ topics }) => topics.has(topic));
  const lightest = (topic: string): Member | undefined =>
    readersOf(topic).reduce<Member | undefined>(
      (best, member) => (best === undefined || load(member.id) < load(best.id) ? member : best),
      undefined,
    );
  const give = (key: string, id: string): void => {
    const before = result.get(key);
    if (before !== undefined) loads.set(before, load(before) - 1);
    result.set(key, id);
    loads.set(id, load(id) + 1);
  };

  for (const place of partitions) {
    const owner = current.get(partitionKey(place));
    if (owner !== undefined && readersOf(place.topic).some(({ id }) => id === owner))
      give(partitionKey(place), owner);
  }
  for (const place of partitions) {
    const free = result.has(partitionKey(place)) ? undefined : lightest(place.topic);
    if (free) give(partitionKey(place), free.id);
  }
  // Each move narrows the gap between two members, so that this ends.
  for (let moved = true; moved;) {
    moved = false;
    for (const place of partitions) {
      const owner = result.get(partitionKey(place));
      const lighter = lightest(place.topic);
      if (owner === undefined || lighter === undefined || load(owner) - load(lighter.id) < 2) continue;
      give(partitionKey(place), lighter.id);
      moved = true;
    }
  }
  return result;
}
