import { LRUCache } from 'lru-cache';
import type { ChangedRow, ChangeFeed } from './change-feed.ts';

export interface RowCacheOptions {
  readonly changes: ChangeFeed;
  /** Entries at most. */
  readonly capacity: number;
  /** The keys of entries that a changed row makes void; `all` where it may be any. */
  readonly touches: (row: ChangedRow) => readonly string[] | 'all';
}

/** What was read from rows, for as long as they have not changed. */
export interface RowCache<Value> {
  /** The value under the key, read where it is not known. An undefined value is read again each time. */
  get(key: string, read: () => Promise<Value>): Promise<Value>;
}

export function createRowCache<Value extends number | object | undefined>({
  changes,
  capacity,
  touches,
}: RowCacheOptions): RowCache<Value> {
  const known = new LRUCache<string, NonNullable<Value>>({ max: capacity });
  /** Counts what made entries void: a value that was read before the last of it may be old. */
  let era = 0;

  changes.subscribe({
    changed(row) {
      const keys = touches(row);
      if (keys.length === 0) return;
      era += 1;
      if (keys === 'all') known.clear();
      else for (const key of keys) known.delete(key);
    },
    missed() {
      era += 1;
      known.clear();
    },
  });

  return {
    async get(key, read) {
      const value = known.get(key);
      if (value !== undefined) return value;
      const began = era;
      const fresh = await read();
      if (changes.isLive() && began === era && fresh !== undefined) known.set(key, fresh);
      return fresh;
    },
  };
}
