import type { ResourceKey } from './types.ts';

/** A map by resource key. Two levels, because joining kind and id to one string costs more than the look-up. */
export class KeyMap<Value> {
  readonly #kinds = new Map<string, Map<string, Value>>();

  get({ kind, id }: ResourceKey): Value | undefined {
    return this.#kinds.get(kind)?.get(id);
  }

  has({ kind, id }: ResourceKey): boolean {
    return this.#kinds.get(kind)?.has(id) ?? false;
  }

  /** Returns whether the key is new. */
  set({ kind, id }: ResourceKey, value: Value): boolean {
    let ids = this.#kinds.get(kind);
    if (ids === undefined) this.#kinds.set(kind, (ids = new Map<string, Value>()));
    const before = ids.size;
    return ids.set(id, value).size !== before;
  }

  delete({ kind, id }: ResourceKey): boolean {
    return this.#kinds.get(kind)?.delete(id) ?? false;
  }

  get size(): number {
    let size = 0;
    for (const ids of this.#kinds.values()) size += ids.size;
    return size;
  }

  /** In no particular order of keys. */
  *entries(): IterableIterator<readonly [ResourceKey, Value]> {
    for (const [kind, ids] of this.#kinds) {
      for (const [id, value] of ids) yield [{ kind, id }, value];
    }
  }

  *values(): IterableIterator<Value> {
    for (const ids of this.#kinds.values()) yield* ids.values();
  }
}

/** A map that is only read. */
export type KeyMapView<Value> = Pick<KeyMap<Value>, 'get' | 'has' | 'size'>;

/** A set of resource keys. */
export type KeySet = Pick<KeyMap<unknown>, 'has' | 'size'>;

export function toKeySet(keys: Iterable<ResourceKey>): KeySet {
  const set = new KeyMap<true>();
  for (const key of keys) set.set(key, true);
  return set;
}
