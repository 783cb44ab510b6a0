import { describe, expect, it } from '@jest/globals';
import { scaled } from './scaled.ts';

describe(scaled, () => {
  it.each([
    [20_000, 2_000],
    [15, 2],
    [1, 1],
  ])('makes a tenth of %i', (full, expected) => {
    expect(scaled(full, false)).toBe(expected);
  });

  it('leaves the full size as it is', () => {
    expect(scaled(20_000, true)).toBe(20_000);
  });
});
