import { describe, expect, it } from '@jest/globals';
import type { Figure, MissingFigure } from '@ccd/testkit/bench';
import { worsened } from './record.ts';
import type { BenchRecord } from './record.ts';

const figure = (what: string, better: Figure['better'], ratio: number, value = 1): Figure => ({
  what,
  value: value * ratio,
  unit: '/s',
  better,
  baseline: { what: 'a copy', value },
});

const run = (...figures: (Figure | MissingFigure)[]) => [{ name: 'log', title: 'the log', figures }];
const record = (...figures: Figure[]): BenchRecord => ({
  date: '2026-11-29',
  machine: 'a machine',
  results: run(...figures),
});

describe(worsened, () => {
  it('says so when a rate fell by more than a fifth, relative to its baseline', () => {
    expect(worsened(record(figure('append', 'more', 0.9)), run(figure('append', 'more', 0.6)))).toStrictEqual(
      ['log: append is 0.60 × a copy; it was 0.90 × on 2026-11-29'],
    );
  });

  it('says so when a time rose by more than a fifth, relative to its baseline', () => {
    expect(worsened(record(figure('poll', 'less', 1)), run(figure('poll', 'less', 1.3)))).toHaveLength(1);
  });

  it.each<[string, Figure, Figure | MissingFigure]>([
    ['a small change', figure('append', 'more', 0.9), figure('append', 'more', 0.8)],
    ['a change for the better', figure('append', 'more', 0.9), figure('append', 'more', 2)],
    ['a slower machine', figure('append', 'more', 0.9, 100), figure('append', 'more', 0.9, 10)],
    ['a figure that is new', figure('append', 'more', 0.9), figure('read', 'more', 0.1)],
    [
      'a figure that is in doubt',
      figure('append', 'more', 0.9),
      { ...figure('append', 'more', 0.1), doubt: 'the disk was full' },
    ],
    [
      'a figure that is missing now',
      figure('append', 'more', 0.9),
      { what: 'append', missing: 'did not finish' },
    ],
  ])('is silent about %s', (_name, before, now) => {
    expect(worsened(record(before), run(now))).toStrictEqual([]);
  });
});
