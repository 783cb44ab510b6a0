import { describe, expect, it } from '@jest/globals';
import { consentText, toLine } from './tally.ts';

describe(toLine, () => {
  it('shows events in, derived and exported, and then those in by purpose', () => {
    expect(
      toLine({
        sent: new Map([
          ['0,1', 1_000],
          [consentText([]), 200],
          ['0', 34],
        ]),
        derived: new Map([
          ['demo-0', 1_034],
          ['demo-masked', 1_000],
        ]),
        files: 3,
        exportedEvents: 900,
        exportedKeys: 12,
      }),
    ).toBe(
      'in 1,234 | demo-0 1,034 | demo-masked 1,000 | exported 900 + 12 keys in 3 files | in, by purposes: no purpose: 200 · 0: 34 · 0,1: 1,000',
    );
  });
});
