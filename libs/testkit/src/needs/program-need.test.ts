import { describe, expect, it } from '@jest/globals';
import { programNeed } from './program-need.ts';

describe(programNeed, () => {
  it('is met where the program is, and says what is missing elsewhere', () => {
    expect(programNeed(process.execPath).missing).toBeUndefined();
    expect(programNeed('/no/such/program')).toEqual({
      missing: 'there is no /no/such/program',
      inCi: 'fail',
    });
  });
});
