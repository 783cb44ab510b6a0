import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { CliError } from '../cli-error.ts';
import { channelTo } from './channel.ts';
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

  it.each([
    [
      'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.9:50051. Resolution note: ',
      'connect ECONNREFUSED 127.0.0.9:50051',
    ],
    ['Name resolution failed for target dns:nobody.invalid:443', 'no address of nobody.invalid:443'],
  ])('says in words that the server cannot be reached: %s', (details, reason) => {
    const error = Object.assign(new Error('failed'), { code: status.UNAVAILABLE, details, metadata: {} });
    const text = `Error code = Unavailable\nDetails = The control plane cannot be reached: ${reason}`;
    expect(describeError(error)).toEqual({ text, isOurs: false });
  });

  it('shows what a person can act on as it is, and tells it from a fault of our own', () => {
    expect(describeError(new CliError('do this'))).toEqual({ text: 'do this', isOurs: false });
    expect(describeError(new TypeError('x is undefined'))).toEqual({ text: 'x is undefined', isOurs: true });
  });
});

describe(channelTo, () => {
  it.each([
    ['localhost:50051', false],
    ['localhost:50052', true],
    ['api.strmprivacy.io:443', true],
    ['[::1]:50051', false],
  ])('of %s are secure: %s', (host, isSecure) => {
    expect(channelTo(host).credentials._isSecure()).toBe(isSecure);
  });
});
