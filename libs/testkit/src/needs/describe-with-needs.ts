import type * as jestGlobals from '@jest/globals';
import { isCi } from '../config.ts';
import { planSuite } from './plan-suite.ts';
import type { Need } from './plan-suite.ts';

// The globals of jest and not its module, which cannot be loaded outside a test.
declare const { describe, it }: typeof jestGlobals;

/**
 * A suite that needs something of the machine. Where that is missing it is skipped, with the reason in its title; in CI
 * it fails, unless the need says otherwise.
 */
export function describeWithNeeds(needs: Need | readonly Need[], title: string, body: () => void): void {
  const plan = planSuite(title, [needs].flat(), isCi);
  switch (plan.kind) {
    case 'run':
      describe(title, body);
      break;
    case 'skip':
      describe.skip(plan.title, body);
      break;
    case 'fail':
      describe(title, () => {
        it('has what it needs', () => {
          throw new Error(plan.reason);
        });
      });
      break;
  }
}
