import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AesSiv, SivAuthenticationError } from './aes-siv.ts';
import { sivOracle } from './siv-oracle.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** RFC 5297, appendix A. */
const vectors = [
  {
    name: 'A.1 deterministic',
    key: 'fffefdfc fbfaf9f8 f7f6f5f4 f3f2f1f0 f0f1f2f3 f4f5f6f7 f8f9fafb fcfdfeff',
    associatedData: ['10111213 14151617 18191a1b 1c1d1e1f 20212223 24252627'],
    plaintext: '11223344 55667788 99aabbcc ddee',
    sealed: '85632d07 c6e8f37f 950acd32 0a2ecc93 40c02b96 90c4dc04 daef7f6a fe5c',
  },
  {
    name: 'A.2 nonce-based',
    key: '7f7e7d7c 7b7a7978 77767574 73727170 40414243 44454647 48494a4b 4c4d4e4f',
    associatedData: [
      '00112233 44556677 8899aabb ccddeeff deaddada deaddada ffeeddcc bbaa9988 77665544 33221100',
      '10203040 50607080 90a0',
      '09f91102 9d74e35b d84156c5 635688c0',
    ],
    plaintext:
      '74686973 20697320 736f6d65 20706c61 696e7465 78742074 6f20656e 63727970 74207573 696e6720 5349562d 414553',
    sealed:
      '7bdb6e3b 432667eb 06f4d14b ff2fbd0f cb900f2f ddbe4043 26601965 c889bf17 dba77ceb 094fa663 b7a3f748 ba8af829 ea64ad54 4a272e9c 485b62a3 fd5c0d',
  },
];

const bytes = (range: { minLength: number; maxLength: number }) =>
  fc.uint8Array(range).map((array) => Buffer.from(array));
const key512 = bytes({ minLength: 64, maxLength: 64 });

describe(AesSiv, () => {
  it.each(vectors)('matches RFC 5297 $name', ({ key, associatedData, plaintext, sealed }) => {
    const cipher = new AesSiv(hex(key), associatedData.map(hex));
    expect(cipher.seal(hex(plaintext)).toString('hex')).toBe(hex(sealed).toString('hex'));
    expect(cipher.open(hex(sealed)).toString('hex')).toBe(hex(plaintext).toString('hex'));
  });

  it('agrees with OpenSSL for every length, also when a cipher is used again', () => {
    fc.assert(
      fc.property(
        key512,
        fc.array(bytes({ minLength: 1, maxLength: 70 }), { minLength: 1 }),
        (key, texts) => {
          const cipher = new AesSiv(key, [Buffer.alloc(0)]);
          for (const text of texts)
            expect(cipher.seal(text)).toEqual(sivOracle(key, [Buffer.alloc(0)], text));
        },
      ),
    );
  });

  it('opens what it sealed, the empty text included', () => {
    fc.assert(
      fc.property(key512, bytes({ minLength: 0, maxLength: 70 }), (key, text) => {
        const cipher = new AesSiv(key, [Buffer.alloc(0)]);
        expect(cipher.open(cipher.seal(text))).toEqual(text);
      }),
    );
  });

  it('tells an empty associated-data component from none', () => {
    const key = Buffer.alloc(64, 7);
    const text = Buffer.from('text');
    expect(new AesSiv(key, [Buffer.alloc(0)]).seal(text)).not.toEqual(new AesSiv(key, []).seal(text));
  });

  it('refuses a text of which any bit was changed', () => {
    const cipher = new AesSiv(Buffer.alloc(64, 7), [Buffer.alloc(0)]);
    const sealed = cipher.seal(Buffer.from('seventeen letters'));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => cipher.open(changed)).toThrow(SivAuthenticationError);
    }
    expect(() => cipher.open(sealed.subarray(0, 15))).toThrow(SivAuthenticationError);
  });

  it('refuses keys of other lengths', () => {
    expect(() => new AesSiv(Buffer.alloc(63), [])).toThrow(RangeError);
  });

  it('cannot be used after it was destroyed', () => {
    const cipher = new AesSiv(Buffer.alloc(64, 7), []);
    cipher.destroy();
    expect(() => cipher.seal(Buffer.from('text'))).toThrow(TypeError);
  });
});
