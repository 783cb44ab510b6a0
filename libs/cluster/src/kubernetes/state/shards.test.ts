import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutIntoShards } from './shards.ts';

describe(cutIntoShards, () => {
  it('loses nothing, and keeps to the size in bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 4, max: 50 }),
        (text, most) => {
          const whole = text.toWellFormed();
          const shards = cutIntoShards(whole, most);
          expect(shards.map((shard) => shard.text).join('')).toBe(whole);
          for (const shard of shards) expect(Buffer.byteLength(shard.text)).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  it('keeps the parts before a change as they were', () => {
    const [one, other] = [cutIntoShards('aaaabbbbcc', 4), cutIntoShards('aaaabbbbccdd', 4)];
    expect(other.slice(0, 2)).toEqual(one.slice(0, 2));
    expect(other[2]?.digest).not.toBe(one[2]?.digest);
  });

  it('makes no part of nothing', () => {
    expect(cutIntoShards('')).toEqual([]);
  });
});
