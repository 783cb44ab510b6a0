import { describe, expect, it } from '@jest/globals';
import { lookupKey } from './lookup-key.ts';

describe(lookupKey, () => {
  const secret = Buffer.alloc(32, 1);

  it('differs by stream, by value and by secret', () => {
    const of = (streamId: string, keyFieldValue: string, key = secret) =>
      lookupKey(key, { streamId, keyFieldValue });
    const keys = [of('s', 'v'), of('s', 'w'), of('t', 'v'), of('s', 'v', Buffer.alloc(32, 2))];
    expect(new Set(keys).size).toBe(4);
  });

  it('does not confuse where the stream ends and the value begins', () => {
    expect(lookupKey(secret, { streamId: 'ab', keyFieldValue: 'c' })).not.toBe(
      lookupKey(secret, { streamId: 'a', keyFieldValue: 'bc' }),
    );
  });
});
