import { describe, expect, it } from '@jest/globals';
import { RuleViolationError } from './violation.ts';

describe(RuleViolationError, () => {
  it('lists ten violations in its text and counts the others', () => {
    const violations = Array.from({ length: 12 }, (_, index) => ({
      path: `emails[${index}]`,
      rule: 'string.email',
      message: 'must be an e-mail address',
    }));
    const error = new RuleViolationError('strmprivacy.api.projects.v1.AddProjectMembersRequest', violations);
    expect(error.violations).toHaveLength(12);
    expect(error.message).toMatch(/^emails\[0\] must .*; emails\[9\] must be an e-mail address; and 2 more$/);
  });
});
