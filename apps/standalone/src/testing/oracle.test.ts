import { describe, expect, it } from '@jest/globals';
import { isForwardedTo, maskOf, openField, readKeys } from './oracle.ts';

describe('the oracle', () => {
  it.each([
    ['unique-5', '1083e8169d7138e990cc30095578452'],
    ['session-273', '7cc66d130664caa9efacda1026c1c44'],
    ['sensitive-0', 'e49bd309eed4a5094437a71ac2bc1cad'],
    ['not-sensitive-6', '538ad30b2aa2781e855c4eb059cf68a3'],
  ])('masks %s as published', (value, masked) => {
    expect(maskOf('hi-there', value)).toBe(masked);
  });

  it('opens the published ciphertext with the published key', () => {
    const value = 'EkBKGzBuy9C3UUmWaOzpe7NBEg6QK21FRhZ9MjuD5hpa0+hPJy0kn1HngA9QUT5aGbTNQQyow0V6qJCFoFRQNNTH';
    const keyset = JSON.stringify({ key: [{ keyId: 714_921_229, keyData: { value } }] });
    expect(openField(keyset, 'ASqc1Q0QalDEN+LHeyZSfGHE+s9Lqu4o+jM=')).toBe('17850');
  });

  it('reads quotes inside of quoted fields', () => {
    expect(readKeys('"keyLink","encryptionKey"\n"a","{""b"":1}"\n')).toStrictEqual(
      new Map([['a', '{"b":1}']]),
    );
  });

  it('forwards only what every purpose was agreed to', () => {
    expect([
      isForwardedTo([1, 3], [1, 2, 3]),
      isForwardedTo([1, 3], [1]),
      isForwardedTo([0], []),
    ]).toStrictEqual([true, false, false]);
  });
});
