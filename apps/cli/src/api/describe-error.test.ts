import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { CliError } from '../cli-error.ts';
import { channelCredentials } from './channel-credentials.ts';
import { describeError } from './describe-error.ts';

describe(describeError, () => {
  it.each([
    [status.NOT_FOUND, 'NotFound'],
    [status.CANCELLED, 'Canceled'],
    [status.DEADLINE_EXCEEDED, 'DeadlineExceeded'],
    [status.INTERNAL, 'Internal'],
    [99, 'Code(99)'],
  ])('names the code %d as other clients do', (code, name) => {
    const error = Object.assign(new Error('failed'), { code, details: 'why', metadata: {} });
    expect(describeError(error)).toEqual({ text: `Error code = ${name}\nDetails = why`, isOurs: false });
  });

  it('shows what a person can act on as it is, and tells it from a fault of our own', () => {
    expect(describeError(new CliError('do this'))).toEqual({ text: 'do this', isOurs: false });
    expect(describeError(new TypeError('x is undefined'))).toEqual({ text: 'x is undefined', isOurs: true });
  });
});

describe(channelCredentials, () => {
  it.each([
    ['localhost:50051', false],
    ['localhost:50052', true],
    ['api.strmprivacy.io:443', true],
    ['[::1]:50051', false],
  ])('of %s are secure: %s', (host, isSecure) => {
    expect(channelCredentials(host)._isSecure()).toBe(isSecure);
  });
});
