/** Up to here, looking at one after the other is faster. */
const fewNames = 16;

const indexes = new WeakMap<readonly unknown[], ReadonlyMap<string, number>>();

/**
 * Where the item of this name stands in a list that never changes; -1 where there is none. In constant time: senders
 * choose how often it is asked, and whoever writes schemas, how long lists are.
 */
export function indexOfName<T>(items: readonly T[], name: string, nameOf: (item: T) => string): number {
  if (items.length <= fewNames) return items.findIndex((item) => nameOf(item) === name);
  const known = indexes.get(items);
  const index = known ?? new Map(items.map((item, at) => [nameOf(item), at]));
  if (known === undefined) indexes.set(items, index);
  return index.get(name) ?? -1;
}
