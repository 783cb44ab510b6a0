import { describe, expect, it } from '@jest/globals';
import { boundaryToName, nextBoundary } from './interval.ts';

describe(nextBoundary, () => {
  it.each([
    ['inside an interval', 61_000, 120_000],
    ['on a boundary', 60_000, 120_000],
    ['just before one', 119_999, 120_000],
  ])('is strictly later than a time %s', (_case, time, expected) => {
    expect(nextBoundary(time, 60_000)).toBe(expected);
  });
});

describe(boundaryToName, () => {
  it('is the latest boundary passed', () => {
    expect(boundaryToName(121_500, 60_000, undefined)).toBe(120_000);
  });

  it('never names two objects alike, even when the clock goes back', () => {
    expect(boundaryToName(61_000, 60_000, 180_000)).toBe(240_000);
  });

  it('skips boundaries at which there was nothing to write', () => {
    expect(boundaryToName(600_500, 60_000, 120_000)).toBe(600_000);
  });
});
