import { describe, expect, it } from '@jest/globals';
import { planSuite } from './suite-plan.ts';

describe(planSuite, () => {
  it.each([true, false])('lets a suite run that has all its servers (required: %s)', (required) => {
    expect(planSuite('a suite', [], required)).toEqual({ kind: 'run' });
  });

  it('skips a suite that lacks one, and says so in its title', () => {
    expect(planSuite('a suite', ['no Kafka', 'no Redis'], false)).toEqual({
      kind: 'skip',
      title: 'a suite (needs servers: no Kafka; no Redis)',
    });
  });

  it('fails it where servers are required', () => {
    expect(planSuite('a suite', ['no Kafka'], true)).toEqual({ kind: 'fail', reason: 'no Kafka' });
  });
});
