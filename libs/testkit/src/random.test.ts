import { describe, expect, it } from '@jest/globals';
import { createRandom } from './random.ts';

describe(createRandom, () => {
  it('repeats its choices for the same seed, and makes others for another', () => {
    const choices = (seed: string) => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.below(1_000));
    };
    expect(choices('one')).toStrictEqual(choices('one'));
    expect(choices('one')).not.toStrictEqual(choices('two'));
  });

  it('stays below the end and reaches everything', () => {
    const random = createRandom('seed');
    const seen = new Set(Array.from({ length: 200 }, () => random.below(4)));
    expect([...seen].toSorted()).toStrictEqual([0, 1, 2, 3]);
  });

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = createRandom('seed').shuffled(items);
    expect(shuffled).not.toStrictEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toStrictEqual(items);
  });

  it('refuses to pick from nothing', () => {
    expect(() => createRandom('seed').pick([])).toThrow(RangeError);
  });
});
