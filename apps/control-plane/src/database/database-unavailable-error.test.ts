import { describe, expect, it } from '@jest/globals';
import { isOutOfReach } from './database-unavailable-error.ts';

const withCode = (code: string) => Object.assign(new Error('no'), { code });

describe(isOutOfReach, () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', '08006', '57P01', '57P03', '25006', '53300'])(
    'is so for %s',
    (code) => {
      expect(isOutOfReach(withCode(code))).toBe(true);
    },
  );

  it('is so for what the client says without a code', () => {
    expect(isOutOfReach(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isOutOfReach(new Error('timeout exceeded when trying to connect'))).toBe(true);
  });

  it.each(['23505', '40001', '42601', '28P01', '57014'])(
    'is not so for %s, which is about what was asked',
    (code) => {
      expect(isOutOfReach(withCode(code))).toBe(false);
    },
  );
});
