import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { isRetryable, retryDelayMs } from './retry.ts';

describe(isRetryable, () => {
  it.each([
    [status.UNAVAILABLE, true],
    [status.INTERNAL, true],
    [status.UNKNOWN, true],
    [status.CANCELLED, true],
    [status.ABORTED, true],
    [status.DATA_LOSS, true],
    [status.DEADLINE_EXCEEDED, true],
    [status.RESOURCE_EXHAUSTED, false],
    [status.UNAUTHENTICATED, false],
    [status.PERMISSION_DENIED, false],
    [status.INVALID_ARGUMENT, false],
    [status.NOT_FOUND, false],
    [status.ALREADY_EXISTS, false],
    [status.FAILED_PRECONDITION, false],
    [status.OUT_OF_RANGE, false],
    [status.UNIMPLEMENTED, false],
    [status.OK, false],
  ])('judges status %i of an idempotent call as %s, and never repeats another call', (code, expected) => {
    expect(isRetryable(code, true)).toBe(expected);
    expect(isRetryable(code, false)).toBe(false);
  });
});

describe(retryDelayMs, () => {
  it('doubles from 200 ms up to 5 s, and spreads over the upper half', () => {
    expect([1, 2, 3, 4, 5, 6, 100].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
      100, 200, 400, 800, 1_600, 2_500, 2_500,
    ]);
    expect(retryDelayMs(1, 0.5)).toBe(150);
  });

  it('stays within its bounds for every attempt and draw', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (n, r) => {
          const delay = retryDelayMs(n, r);
          return delay >= 100 && delay <= 5_000;
        },
      ),
    );
  });
});
