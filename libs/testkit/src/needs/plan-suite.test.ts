import { describe, expect, it } from '@jest/globals';
import { planSuite } from './plan-suite.ts';
import type { Need } from './plan-suite.ts';

const met: Need = { missing: undefined, inCi: 'fail' };
const kafka: Need = { missing: 'no Kafka', inCi: 'fail' };
const redis: Need = { missing: 'no Redis', inCi: 'fail' };
const root: Need = { missing: 'only root may', inCi: 'skip' };

describe(planSuite, () => {
  it.each([true, false])('lets a suite run whose needs are met (in CI: %s)', (isCi) => {
    expect(planSuite('a suite', [met, met], isCi)).toEqual({ kind: 'run' });
  });

  it('skips a suite that lacks something, and says so in its title', () => {
    expect(planSuite('a suite', [kafka, met, redis, root], false)).toEqual({
      kind: 'skip',
      title: 'a suite (not here: no Kafka; no Redis; only root may)',
    });
  });

  it('fails it in CI, for what CI can be given', () => {
    expect(planSuite('a suite', [kafka, root], true)).toEqual({ kind: 'fail', reason: 'no Kafka' });
  });

  it('skips it in CI as well, where its machine may refuse what is needed', () => {
    expect(planSuite('a suite', [root, met], true)).toEqual({
      kind: 'skip',
      title: 'a suite (not here: only root may)',
    });
  });
});
