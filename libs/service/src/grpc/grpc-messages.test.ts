import { describe, expect, it } from '@jest/globals';
import { createMessageReader, frameMessage } from './grpc-messages.ts';
import { grpcStatus } from './grpc-status.ts';

const texts = ['', 'a', 'hello', 'x'.repeat(1_000), ''];
const whole = Buffer.concat(texts.map((text) => frameMessage(Buffer.from(text))));

describe(createMessageReader, () => {
  it.each([1, 2, 3, 5, 6, 7, 100, 999, whole.length])(
    'gives the same messages where they come in pieces of %d bytes',
    (size) => {
      const reader = createMessageReader(1_000);
      const read: string[] = [];
      for (let from = 0; from < whole.length; from += size) {
        // A buffer that is used again afterwards, as a socket may do.
        const piece = Buffer.from(whole.subarray(from, from + size));
        read.push(...reader.push(piece).map(({ bytes }) => bytes.toString()));
        piece.fill(0xff);
      }
      expect(read).toEqual(texts);
      expect(reader.isBetweenMessages()).toBe(true);
    },
  );

  it('knows when it holds a part of a message', () => {
    const reader = createMessageReader(1_000);
    expect(reader.push(frameMessage(Buffer.from('hello')).subarray(0, 7))).toEqual([]);
    expect(reader.isBetweenMessages()).toBe(false);
  });

  it('leaves messages as they are that it has given', () => {
    const reader = createMessageReader(1_000);
    const frame = frameMessage(Buffer.from('first'));
    reader.push(frame.subarray(0, 3));
    const [first] = reader.push(Buffer.concat([frame.subarray(3), Buffer.from([0])]));
    const next = Buffer.concat([frameMessage(Buffer.from('second')).subarray(1), Buffer.from([0])]);
    for (let times = 0; times < 100; times += 1) reader.push(next);
    expect(first?.bytes.toString()).toBe('first');
  });

  it.each([
    ['says that it is too large', [0, 0, 0, 3, 0xe9], grpcStatus.RESOURCE_EXHAUSTED],
    ['begins with a flag that is none', [2, 0, 0, 0, 0], grpcStatus.INTERNAL],
  ])('refuses a message that %s', (_what, bytes, code) => {
    const reader = createMessageReader(1_000);
    expect(() => reader.push(Buffer.from(bytes))).toThrow(expect.objectContaining({ code }));
  });
});
