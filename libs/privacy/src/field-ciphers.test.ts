import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecryptionError, fieldCiphers } from './field-ciphers.ts';
import { generateKeyset, keysetToJson } from './keyset.ts';

/** The published example of the system that this format comes from. */
const published = {
  keyset: JSON.stringify({
    primaryKeyId: 714921229,
    key: [
      {
        keyData: {
          typeUrl: 'type.googleapis.com/google.crypto.tink.AesSivKey',
          value: 'EkBKGzBuy9C3UUmWaOzpe7NBEg6QK21FRhZ9MjuD5hpa0+hPJy0kn1HngA9QUT5aGbTNQQyow0V6qJCFoFRQNNTH',
          keyMaterialType: 'SYMMETRIC',
        },
        status: 'ENABLED',
        keyId: 714921229,
        outputPrefixType: 'TINK',
      },
    ],
  }),
  plaintext: '17850',
  ciphertext: 'ASqc1Q0QalDEN+LHeyZSfGHE+s9Lqu4o+jM=',
};

describe('fieldCiphers', () => {
  it('encrypts and decrypts the published example', () => {
    const cipher = fieldCiphers.prepare(published.keyset);
    expect(cipher.encrypt(published.plaintext)).toBe(published.ciphertext);
    expect(cipher.decrypt(published.ciphertext)).toBe(published.plaintext);
  });

  it('gives back every text, the empty one included', () => {
    const cipher = fieldCiphers.prepare(keysetToJson(generateKeyset()));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const ciphertext = cipher.encrypt(text);
        expect(cipher.decrypt(ciphertext)).toBe(text);
        expect(Buffer.from(ciphertext, 'base64')).toHaveLength(Buffer.byteLength(text) + 21);
      }),
    );
  });

  it('decrypts with an older key of the keyset and encrypts with the primary one', () => {
    const older = generateKeyset();
    const newer = generateKeyset();
    const old = fieldCiphers.prepare(keysetToJson(older)).encrypt('text');
    const both = { primary: newer.primary, keys: [...older.keys, ...newer.keys] };
    const cipher = fieldCiphers.prepare(keysetToJson(both));
    expect(cipher.decrypt(old)).toBe('text');
    expect(fieldCiphers.prepare(keysetToJson(newer)).decrypt(cipher.encrypt('text'))).toBe('text');
  });

  it.each([
    ['plain text', 'not encrypted'],
    ['nothing', ''],
    ['base64 of another length', published.ciphertext.slice(0, -4)],
    ['base64 without its padding', published.ciphertext.slice(0, -1)],
    ['another version', Buffer.from([2, 0, 0, 0, 1, ...Buffer.alloc(20)]).toString('base64')],
    ['a text of another key', fieldCiphers.prepare(keysetToJson(generateKeyset())).encrypt('17850')],
  ])('refuses %s without quoting it', (_case, text) => {
    const cipher = fieldCiphers.prepare(published.keyset);
    let thrown: unknown;
    try {
      cipher.decrypt(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DecryptionError);
    // There is nothing to quote of the empty text.
    expect(String(thrown)).not.toContain(text || 'undefined');
  });

  it('cannot be used after it was destroyed', () => {
    const cipher = fieldCiphers.prepare(published.keyset);
    cipher.destroy();
    expect(() => cipher.encrypt('text')).toThrow('destroyed');
    expect(() => cipher.decrypt(published.ciphertext)).toThrow('destroyed');
  });
});
