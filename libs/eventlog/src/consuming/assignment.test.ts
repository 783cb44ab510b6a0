import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignPartitions } from './assignment.ts';
import { partitionKey } from './partition-key.ts';

const partitionsOf = (topic: string, count: number) =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }));
const member = (id: string, ...topics: string[]) => ({ id, topics: new Set(topics) });

describe(assignPartitions, () => {
  it('gives each partition to one reader of its topic, balanced, and moves no more than it must', () => {
    fc.assert(
      fc.property(
        fc.nat(12),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(5)),
        (count, members, owners) => {
          const places = partitionsOf('t', count);
          const all = Array.from({ length: members }, (_, n) => member(`m${n}`, 't'));
          const before = new Map(places.map((place, n) => [partitionKey(place), `m${owners[n] ?? n}`]));
          const after = assignPartitions(all, places, before);
          const loads = all.map(({ id }) => [...after.values()].filter((owner) => owner === id).length);
          expect(after.size).toBe(count);
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
          expect(assignPartitions(all, places, after)).toEqual(after);
        },
      ),
    );
  });

  it('gives a member only partitions of topics that it reads', () => {
    const places = [...partitionsOf('a', 2), ...partitionsOf('b', 2)];
    const after = assignPartitions([member('x', 'a'), member('y', 'b')], places, new Map());
    expect(Object.fromEntries(after)).toEqual({ 'a/0': 'x', 'a/1': 'x', 'b/0': 'y', 'b/1': 'y' });
  });

  it('leaves partitions where they are when a member joins, but for its share', () => {
    const places = partitionsOf('t', 4);
    const before = new Map(places.map((place) => [partitionKey(place), 'old']));
    const after = assignPartitions([member('new', 't'), member('old', 't')], places, before);
    expect([...after.values()].filter((owner) => owner === 'old')).toHaveLength(2);
  });

  it('leaves partitions without an owner when nobody reads them', () => {
    expect(assignPartitions([member('x', 'a')], partitionsOf('b', 1), new Map())).toEqual(new Map());
  });
});
