import { describe, expect, it } from '@jest/globals';
import { grpcStatus } from './grpc-status.ts';
import { readGrpcTimeout } from './grpc-timeout.ts';

describe(readGrpcTimeout, () => {
  it.each([
    ['2H', 7_200_000],
    ['3M', 180_000],
    ['10S', 10_000],
    ['250m', 250],
    ['1500u', 1.5],
    ['99999999n', 99.999999],
    ['0S', 0],
    // As long as a timer can wait, where the limit is longer.
    ['99999999H', 2_147_483_647],
  ])('reads %s as %d ms', (value, ms) => {
    expect(readGrpcTimeout(value)).toBeCloseTo(ms, 6);
  });

  it.each(['', '5', 'S', '1X', '-1S', '1.5S', '123456789S', ' 1S', '1S '])('refuses "%s"', (value) => {
    expect(() => readGrpcTimeout(value)).toThrow(expect.objectContaining({ code: grpcStatus.INTERNAL }));
  });
});
