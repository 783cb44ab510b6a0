import { describe, expect, it } from '@jest/globals';
import { differingMessages, toRuleTable } from './wire-rules.ts';

describe(toRuleTable, () => {
  it('keeps what is said of messages beside names, numbers and types', () => {
    const wire = {
      'a.Service': { kind: 'service', methods: {} },
      'a.Plain': { kind: 'message', fields: { id: { number: 1, type: 'string' } } },
      'a.Empty': { kind: 'message', deprecated: true },
      'a.Ruled': {
        kind: 'message',
        fields: {
          id: { number: 1, type: 'string', deprecated: true, behavior: 'REQUIRED' },
          name: { number: 2, type: 'string', rules: { string: { min_len: 4, in: 'regex' } } },
          every: { number: 3, type: 'D', rules: { duration: { gte: { seconds: 30 } } } },
          plain: { number: 4, type: 'string' },
        },
      },
    };
    expect(toRuleTable(wire)).toEqual({
      'a.Plain': {},
      'a.Empty': { deprecated: true },
      'a.Ruled': {
        fields: {
          id: { deprecated: true, behavior: 'REQUIRED' },
          name: { rules: { string: { min_len: 4, in: ['regex'] } } },
          every: { rules: { duration: { gte: 30_000_000_000 } } },
        },
      },
    });
  });
});

describe(differingMessages, () => {
  it('names the own messages that differ or are unknown, whatever the order of what is said', () => {
    const field = (min: number) => ({ rules: { string: { min_len: min, max_len: 9 } } });
    const own = {
      'a.Same': { fields: { id: field(1) } },
      'a.Other': { fields: { id: field(1) } },
      'a.Unknown': {},
    };
    const other = {
      'a.NotTaken': { deprecated: true as const },
      'a.Other': { fields: { id: field(2) } },
      'a.Same': { fields: { id: { rules: { string: { max_len: 9, min_len: 1 } } } } },
    };
    expect(differingMessages(own, other)).toEqual(['a.Other', 'a.Unknown']);
  });
});
