import { describe, expect, it } from '@jest/globals';
import type { Figure } from '@ccd/testkit/bench';
import { toTable } from './print.ts';

const latency: Figure = {
  what: 'p99 latency',
  value: 7.5,
  unit: 'ms',
  better: 'less',
  goal: { of: 'value', bound: 'at most', limit: 5 },
};

describe(toTable, () => {
  it('judges a figure that has a goal', () => {
    expect(toTable({ name: 'gateway', title: 'the gateway', figures: [latency] })).toMatch(
      /MISSED \(≤ 5 ms\)/,
    );
  });

  it('says instead why a figure is in doubt', () => {
    const figures = [{ ...latency, doubt: 'the generator was late' }];
    const table = toTable({ name: 'gateway', title: 'the gateway', figures });
    expect(table).toContain('IN DOUBT: the generator was late');
    expect(table).not.toContain('MISSED');
  });

  it('says why there is no figure', () => {
    const figures = [{ what: 'a peer', missing: 'did not finish in 60 s' }];
    expect(toTable({ name: 'kafka', title: 'clients', figures })).toMatch(/a peer +did not finish in 60 s/);
  });
});
