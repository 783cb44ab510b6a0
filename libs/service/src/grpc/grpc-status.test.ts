import { describe, expect, it } from '@jest/globals';
import { encodeGrpcMessage } from './grpc-status.ts';

describe(encodeGrpcMessage, () => {
  it.each([
    ['plain words, and ~ {signs}', 'plain words, and ~ {signs}'],
    ['100 %', '100 %25'],
    ['a\nb\u0000\u007f', 'a%0Ab%00%7F'],
    ['é€\u{1F512}', '%C3%A9%E2%82%AC%F0%9F%94%92'],
    ['half \ud83d', 'half %EF%BF%BD'],
  ])('writes %j as %s', (message, expected) => {
    expect(encodeGrpcMessage(message)).toBe(expected);
  });
});
