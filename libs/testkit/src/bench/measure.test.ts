import { describe, expect, it } from '@jest/globals';
import { cpuMicrosPerCall, median } from './measure.ts';

describe(median, () => {
  it.each<[readonly number[], number]>([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2],
    [[100, 20, 3], 20],
    [[], Number.NaN],
  ])('takes the middle of %j', (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});

describe(cpuMicrosPerCall, () => {
  it('calls the operation in a warm-up and in each round', async () => {
    let calls = 0;
    await cpuMicrosPerCall(10, () => (calls += 1), 3);
    expect(calls).toBe(40);
  });
});
