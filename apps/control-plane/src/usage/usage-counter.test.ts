import { describe, expect, it } from '@jest/globals';
import { cutIntoWindows, totalAt } from './usage-counter.ts';

describe(totalAt, () => {
  const before = { at: 1_000, total: 10n };
  const after = { at: 2_000, total: 20n };

  it.each([
    ['rises evenly between two points', 1_500, { before, after }, 15n],
    ['is what the point says at its very time', 1_000, { before, after }, 10n],
    ['is rounded down', 1_999, { before, after }, 19n],
    ['is 0 before the first point', 500, { after: before }, 0n],
    ['stays after the last point', 9_000, { before: after }, 20n],
    ['is 0 without any point', 1, {}, 0n],
    [
      'is exact beyond what a double holds',
      1,
      { before: { at: 0, total: 2n ** 60n }, after: { at: 2, total: 2n ** 60n + 2n } },
      2n ** 60n + 1n,
    ],
  ])('%s', (_rule, at, neighbours, total) => {
    expect(totalAt(at, neighbours)).toBe(total);
  });
});

describe(cutIntoWindows, () => {
  it('leaves no gap, and cuts the last window short', () => {
    expect(cutIntoWindows({ start: 0, end: 150 }, 60)).toStrictEqual([
      { start: 0, end: 60 },
      { start: 60, end: 120 },
      { start: 120, end: 150 },
    ]);
  });

  it('is one window where the interval is longer than the whole', () => {
    expect(cutIntoWindows({ start: 5, end: 10 }, 60)).toStrictEqual([{ start: 5, end: 10 }]);
  });
});
