import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DecryptionError, DestroyedCipherError } from './field-cipher.ts';
import { createFieldCiphers } from './field-ciphers.ts';
import { generateKeyset, keysetToJson } from './keyset.ts';
import { AesSiv } from './testing/aes-siv.ts';
import { builds, instantiateBuild } from './testing/siv-builds.ts';
import { tinkOracle } from './testing/siv-oracle.ts';

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

const material = (bytes: Uint8Array) => ({ id: 0x0102_0304, material: bytes });
const toKeyset = (bytes: Uint8Array) => ({ primary: material(bytes), keys: [material(bytes)] });
const key512 = fc.uint8Array({ minLength: 64, maxLength: 64 });
/** Of characters of one byte, of one to four bytes, and with halves of pairs. */
const anyText = (maxLength: number) =>
  fc
    .tuple(fc.constantFrom(0x7f, 0x7ff, 0xffff, 0x10_ffff), fc.array(fc.nat(), { minLength: 1, maxLength }))
    .map(([last, codes]) => String.fromCodePoint(...codes.map((code) => code % (last + 1))));

describe.each(builds)('createFieldCiphers, %s', (build) => {
  const fieldCiphers = createFieldCiphers({ siv: instantiateBuild(build) });
  const cipherOf = (key: Uint8Array) => fieldCiphers.prepareKeyset(toKeyset(key));

  it('encrypts and decrypts the published example', () => {
    const cipher = fieldCiphers.prepare(published.keyset);
    expect(cipher.encrypt(published.plaintext)).toBe(published.ciphertext);
    expect(cipher.decrypt(published.ciphertext)).toBe(published.plaintext);
  });

  it('gives what OpenSSL gives, for every length up to 300 bytes', () => {
    for (let length = 1; length <= 300; length += 1) {
      const key = randomBytes(64);
      const text = randomBytes(length)
        .toString('latin1')
        .replaceAll(/[\x80-\xff]/g, 'x');
      const cipher = cipherOf(key);
      const ciphertext = cipher.encrypt(text);
      expect(ciphertext).toBe(tinkOracle(0x0102_0304, key, text));
      expect(cipher.decrypt(ciphertext)).toBe(text);
      cipher.destroy();
    }
  });

  it('gives what OpenSSL gives, for any text', () => {
    fc.assert(
      fc.property(key512, fc.array(anyText(300), { minLength: 1, maxLength: 4 }), (key, texts) => {
        const cipher = cipherOf(key);
        for (const text of texts) {
          const ciphertext = cipher.encrypt(text);
          expect(ciphertext).toBe(tinkOracle(0x0102_0304, key, text));
          // Halves of pairs become U+FFFD, as in every other encoding of UTF-8.
          expect(cipher.decrypt(ciphertext)).toBe(Buffer.from(text).toString());
        }
        cipher.destroy();
      }),
      { numRuns: 150 },
    );
  });

  it('gives what the other implementation gives for the empty text, which OpenSSL refuses', () => {
    const key = randomBytes(64);
    const sealed = new AesSiv(key, [Buffer.alloc(0)]).seal(Buffer.alloc(0));
    const cipher = cipherOf(key);
    expect(Buffer.from(cipher.encrypt(''), 'base64').subarray(5)).toEqual(sealed);
    expect(cipher.decrypt(cipher.encrypt(''))).toBe('');
  });

  it.each([8192, 8193, 24_576, 24_577, 49_136, 49_137, 100_000, 1_000_000])(
    'gives what OpenSSL gives for %i letters, and refuses them once changed',
    (length) => {
      const key = randomBytes(64);
      const text = 'long text '.repeat(length / 10 + 1).slice(0, length);
      const cipher = cipherOf(key);
      const ciphertext = cipher.encrypt(text);
      // Comparing by an expectation prints megabytes when it fails.
      expect(ciphertext === tinkOracle(0x0102_0304, key, text)).toBe(true);
      expect(cipher.decrypt(ciphertext) === text).toBe(true);
      for (const place of [20, ciphertext.length - 10]) {
        const other = ciphertext[place] === 'A' ? 'B' : 'A';
        const changed = ciphertext.slice(0, place) + other + ciphertext.slice(place + 1);
        expect(() => cipher.decrypt(changed)).toThrow(DecryptionError);
      }
    },
  );

  it('encrypts several texts together as one by one', () => {
    const cipher = cipherOf(randomBytes(64));
    const lengths = Array.from({ length: 70 }, (_, length) => 'x'.repeat(length));
    const mixed = ['', 'short', 'é'.repeat(700), 'long '.repeat(10_000), 'x'.repeat(682), '€'.repeat(682)];
    for (const texts of [[], ['one'], ['one', 'two'], lengths, mixed, mixed.toReversed()]) {
      expect(cipher.encryptAll(texts)).toEqual(texts.map((text) => cipher.encrypt(text)));
    }
    fc.assert(
      fc.property(fc.array(anyText(70), { maxLength: 9 }), (texts) => {
        expect(cipher.encryptAll(texts)).toEqual(texts.map((text) => cipher.encrypt(text)));
      }),
    );
  });

  it('refuses a ciphertext of which any character was changed, and any part of one', () => {
    const cipher = cipherOf(randomBytes(64));
    const isAccepted = (text: string) => {
      try {
        cipher.decrypt(text);
        return true;
      } catch (error) {
        if (error instanceof DecryptionError) return false;
        throw error;
      }
    };
    for (const text of ['', 'a', 'ab', 'seventeen letters', 'forty-two letters are more than two blocks']) {
      const ciphertext = cipher.encrypt(text);
      const places = Array.from(ciphertext, (_, place) => place);
      const changed = places.flatMap((place) =>
        ['A', 'B', 'z', '/', '=', '-', '_', ' ', '\n', 'é', '\u{1f600}', '\0']
          .filter((other) => other !== ciphertext[place])
          .map((other) => ciphertext.slice(0, place) + other + ciphertext.slice(place + 1)),
      );
      const parts = places.map((place) => ciphertext.slice(0, place));
      expect([...changed, ...parts, `${ciphertext}AAAA`].filter(isAccepted)).toEqual([]);
      expect(isAccepted(ciphertext)).toBe(true);
    }
  });

  it('refuses whatever is not a ciphertext', () => {
    const cipher = cipherOf(randomBytes(64));
    fc.assert(
      fc.property(fc.oneof(anyText(300), fc.base64String({ maxLength: 300 })), (text) => {
        expect(() => cipher.decrypt(text)).toThrow(DecryptionError);
      }),
      { numRuns: 300 },
    );
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

  it('decrypts bytes as it decrypts the text that they are, and refuses them with the same words', () => {
    const key = randomBytes(64);
    const cipher = cipherOf(key);
    const outcomeOf = (decrypt: () => string): string => {
      try {
        return decrypt();
      } catch (error) {
        if (!(error instanceof DecryptionError)) throw error;
        return error.message;
      }
    };
    const expectTheSame = (text: string): void => {
      const source = Buffer.from(`before${text}behind`);
      const end = source.length - 'behind'.length;
      const target = Buffer.alloc(3 * source.length + 5);
      const printed = outcomeOf(() => {
        const length = cipher.decryptBytes(source, 'before'.length, end, target, 5);
        return target.toString('utf8', 5, 5 + length);
      });
      const expected = outcomeOf(() => cipher.decrypt(source.toString('utf8', 'before'.length, end)));
      expect(printed === expected ? '' : printed).toBe('');
    };
    const ofBytes = (bytes: Uint8Array): string => {
      const sealed = new AesSiv(key, [Buffer.alloc(0)]).seal(Buffer.from(bytes));
      return Buffer.concat([Buffer.from([1, 1, 2, 3, 4]), sealed]).toString('base64');
    };
    const ciphertexts = fc.oneof(
      anyText(300).map((text) => cipher.encrypt(text)),
      fc.uint8Array({ maxLength: 40 }).map(ofBytes),
    );
    fc.assert(
      fc.property(
        ciphertexts,
        fc.nat(),
        fc.option(fc.string({ unit: 'grapheme', maxLength: 1 })),
        (ciphertext, place, change) => {
          const at = place % (ciphertext.length + 1);
          expectTheSame(
            change === null ? ciphertext : ciphertext.slice(0, at) + change + ciphertext.slice(at + 1),
          );
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.oneof(anyText(300), fc.base64String({ maxLength: 300 })), expectTheSame));
    for (const length of [0, 24_576, 24_577, 100_000]) expectTheSame(cipher.encrypt('é'.repeat(length / 2)));
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
    ['a text of another key', createFieldCiphers().prepareKeyset(generateKeyset()).encrypt('17850')],
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
    expect(() => cipher.encrypt('text')).toThrow(DestroyedCipherError);
    expect(() => cipher.encryptAll(['a', 'b', 'c'])).toThrow(DestroyedCipherError);
    expect(() => cipher.decrypt(published.ciphertext)).toThrow(DestroyedCipherError);
    const bytes = Buffer.from(published.ciphertext);
    expect(() => cipher.decryptBytes(bytes, 0, bytes.length, bytes, 0)).toThrow(DestroyedCipherError);
    expect(() => {
      cipher.destroy();
    }).not.toThrow();
  });
});
