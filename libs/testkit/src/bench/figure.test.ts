import { describe, expect, it } from '@jest/globals';
import { isGoalMet, ratioOf } from './figure.ts';
import type { Figure, Goal } from './figure.ts';

const figure = (value: number, goal?: Goal, baseline?: number): Figure => ({
  what: 'something',
  value,
  unit: '/s',
  better: 'more',
  ...(goal && { goal }),
  ...(baseline !== undefined && { baseline: { what: 'the baseline', value: baseline } }),
});

describe(ratioOf, () => {
  it('divides the figure by its baseline', () => {
    expect(ratioOf(figure(30, undefined, 40))).toBe(0.75);
  });

  it('is undefined without a baseline', () => {
    expect(ratioOf(figure(30))).toBeUndefined();
  });
});

describe(isGoalMet, () => {
  it.each<[string, Goal, number, number | undefined, boolean]>([
    ['a ratio on the limit', { of: 'ratio', bound: 'at least', limit: 0.7 }, 7, 10, true],
    ['a ratio below the limit', { of: 'ratio', bound: 'at least', limit: 0.7 }, 6.9, 10, false],
    ['a ratio above a ceiling', { of: 'ratio', bound: 'at most', limit: 1.1 }, 12, 10, false],
    ['a value on its ceiling', { of: 'value', bound: 'at most', limit: 5 }, 5, undefined, true],
    ['a value beyond its ceiling', { of: 'value', bound: 'at most', limit: 5 }, 5.1, 1, false],
    ['a ratio that was not measured', { of: 'ratio', bound: 'at most', limit: 5 }, 1, undefined, false],
  ])('judges %s', (_name, goal, value, baseline, met) => {
    expect(isGoalMet(figure(value, goal, baseline))).toBe(met);
  });

  it.each([1, 100])('does not judge a figure that is in doubt (%d)', (value) => {
    const goal: Goal = { of: 'value', bound: 'at most', limit: 5 };
    expect(isGoalMet({ ...figure(value, goal), doubt: 'something else was measured' })).toBeUndefined();
  });

  it('says nothing about a figure without a goal', () => {
    expect(isGoalMet(figure(1))).toBeUndefined();
  });
});
