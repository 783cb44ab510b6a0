import { describe, expect, it } from '@jest/globals';
import { keysDueForTombstone } from './expiry.ts';
import { newEntry } from './testing/key-index-contract.ts';

describe(keysDueForTombstone, () => {
  const lifetime = { retentionMs: 1_000, lagMs: 100 };
  const entry = newEntry({ rotatesAt: 5_000 });

  it('lets a key go once the last event that used it has left the stream and every lagging reader', () => {
    expect(keysDueForTombstone([entry], { ...lifetime, now: 6_099 })).toEqual([]);
    expect(keysDueForTombstone([entry], { ...lifetime, now: 6_100 })).toEqual([entry.keyLink]);
  });

  it('leaves tombstones alone', () => {
    expect(keysDueForTombstone([{ ...entry, wrapped: null }], { ...lifetime, now: 9_999 })).toEqual([]);
  });
});
