import { DuplicateKeyError } from './errors.ts';
import { KeyMap } from './key-map.ts';
import type { ResourceKey } from './types.ts';

/** Rank of a kind among `kinds`, the order of creation. Kinds that are not listed come last, together. */
export function rankOf(kind: string, kinds: readonly string[]): number {
  const rank = kinds.indexOf(kind);
  return rank === -1 ? kinds.length : rank;
}

interface Keyed {
  readonly key: ResourceKey;
}

/** Orders by rank of kind, then kind, then id, each by code units: the same on every machine. */
export function compareKeys(a: ResourceKey, b: ResourceKey, kinds: readonly string[]): number {
  if (a.kind !== b.kind) {
    const ranks = rankOf(a.kind, kinds) - rankOf(b.kind, kinds);
    return ranks !== 0 ? ranks : a.kind < b.kind ? -1 : 1;
  }
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** `items` in the order of `compareKeys`. Kind by kind, and lists that come sorted stay as they are: both for speed. */
export function sortByKey<Item extends Keyed>(items: readonly Item[], kinds: readonly string[]): Item[] {
  const byKind = new Map<string, Item[]>();
  for (const item of items) {
    const ofKind = byKind.get(item.key.kind);
    if (ofKind === undefined) byKind.set(item.key.kind, [item]);
    else ofKind.push(item);
  }
  const groups = [...byKind].sort(([a], [b]) => compareKeys({ kind: a, id: '' }, { kind: b, id: '' }, kinds));
  return groups.flatMap(([, ofKind]) => (isSorted(ofKind) ? ofKind : ofKind.sort(byId)));
}

function byId(a: Keyed, b: Keyed): number {
  return a.key.id < b.key.id ? -1 : a.key.id > b.key.id ? 1 : 0;
}

function isSorted(items: readonly Keyed[]): boolean {
  return items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || before.key.id <= item.key.id;
  });
}

/** @throws DuplicateKeyError where a key stands twice */
export function assertUnique(list: 'desired' | 'observed', items: readonly Keyed[]): void {
  const seen = new KeyMap<true>();
  for (const { key } of items) {
    if (!seen.set(key, true)) throw new DuplicateKeyError(list, key);
  }
}
