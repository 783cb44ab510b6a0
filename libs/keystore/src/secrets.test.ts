import { describe, expect, it } from '@jest/globals';
import { KeyUnwrapError } from './errors.ts';
import { lookupKey, unwrapKeyset, wrapKeyset } from './secrets.ts';
import { newSecrets } from './testing/session-keys.ts';

const place = { keyLink: 'link-1', streamId: 'stream-1' };

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

describe(unwrapKeyset, () => {
  const secrets = newSecrets();

  it('opens what wrapKeyset wrapped', () => {
    const wrapped = wrapKeyset('the keyset', place, secrets);
    expect(unwrapKeyset({ ...place, wrapped }, secrets)).toBe('the keyset');
  });

  it('never wraps a keyset into the same bytes twice', () => {
    expect(wrapKeyset('k', place, secrets)).not.toEqual(wrapKeyset('k', place, secrets));
  });

  it('has nothing for a tombstone', () => {
    expect(unwrapKeyset({ ...place, wrapped: null }, secrets)).toBeUndefined();
  });

  it.each([
    ['under another link', { keyLink: 'link-2' }],
    ['under another stream', { streamId: 'stream-2' }],
  ])('refuses an entry that was moved %s', (_, moved) => {
    const wrapped = wrapKeyset('the keyset', place, secrets);
    expect(() => unwrapKeyset({ ...place, ...moved, wrapped }, secrets)).toThrow(KeyUnwrapError);
  });

  it('refuses every altered byte', () => {
    const { kekId, ciphertext } = wrapKeyset('k', place, secrets);
    const bytes = Buffer.from(ciphertext, 'base64');
    bytes.forEach((byte, at) => {
      const altered = Buffer.from(bytes);
      altered[at] = byte ^ 1;
      const wrapped = { kekId, ciphertext: altered.toString('base64') };
      expect(() => unwrapKeyset({ ...place, wrapped }, secrets)).toThrow(KeyUnwrapError);
    });
  });

  it('refuses a ciphertext that was cut short', () => {
    const wrapped = { kekId: secrets.keks.primary.id, ciphertext: 'AAAA' };
    expect(() => unwrapKeyset({ ...place, wrapped }, secrets)).toThrow(KeyUnwrapError);
  });

  it('names the key-encryption key that is not configured', () => {
    const wrapped = wrapKeyset('k', place, newSecrets());
    expect(() => unwrapKeyset({ ...place, wrapped: { ...wrapped, kekId: 'kek-old' } }, secrets)).toThrow(
      /kek-old/,
    );
  });
});
