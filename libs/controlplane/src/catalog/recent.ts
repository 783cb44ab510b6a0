import { LRUCache } from 'lru-cache';

/** What was used lately. */
export type Recent<Key extends string | number, Value extends string | number | object> = LRUCache<
  Key,
  Value
>;

/**
 * Holds at most `capacity` entries, and so much weight, and forgets those that were not used for longest. One that is heavier
 * than all may be together is held alone. (A Map whose entries are deleted and set again would do, but V8 gives it a new
 * table every few uses, and once one of these is old, each later one is collected by a full collection alone.)
 */
export function createRecent<Key extends string | number, Value extends string | number | object>(
  capacity: number,
  mostWeight?: number,
  weigh: (value: Value) => number = () => 1,
): Recent<Key, Value> {
  if (mostWeight === undefined) return new LRUCache({ max: capacity });
  return new LRUCache({
    max: capacity,
    maxSize: mostWeight,
    sizeCalculation: (value) => Math.min(mostWeight, Math.max(1, weigh(value))),
  });
}

/** From the least to the most recently used. */
export function entriesOf<Key extends string | number, Value extends string | number | object>(
  recent: Recent<Key, Value>,
): (readonly [Key, Value])[] {
  return [...recent.rkeys()].flatMap((key) => {
    const value = recent.peek(key);
    return value === undefined ? [] : [[key, value] as const];
  });
}
