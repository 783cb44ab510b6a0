import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBytesMask, createMask } from './mask.ts';

const mask64 = (1n << 64n) - 1n;
const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & mask64;
const finish = (value: bigint) => {
  let mixed = value;
  for (const factor of [0xff51afd7ed558ccdn, 0xc4ceb9fe1a85ec53n]) {
    mixed = ((mixed ^ (mixed >> 33n)) * factor) & mask64;
  }
  return mixed ^ (mixed >> 33n);
};

/** The reference algorithm written once more, in BigInt and without regard to speed. */
function reference(bytes: Buffer): string {
  const [c1, c2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];
  const padded = Buffer.concat([bytes, Buffer.alloc(16)]);
  const word = (at: number) => padded.readBigUInt64LE(at);
  const mixFirst = (k: bigint) => (rotate((k * c1) & mask64, 31n) * c2) & mask64;
  const mixSecond = (k: bigint) => (rotate((k * c2) & mask64, 33n) * c1) & mask64;
  let [h1, h2] = [0n, 0n];
  const blocks = Math.floor(bytes.length / 16);
  for (let block = 0; block < blocks; block += 1) {
    h1 = ((rotate(h1 ^ mixFirst(word(block * 16)), 27n) + h2) * 5n + 0x52dce729n) & mask64;
    h2 = ((rotate(h2 ^ mixSecond(word(block * 16 + 8)), 31n) + h1) * 5n + 0x38495ab5n) & mask64;
  }
  h1 ^= mixFirst(word(blocks * 16));
  h2 ^= mixSecond(word(blocks * 16 + 8));
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & mask64;
  h2 = (h2 + h1) & mask64;
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = (h1 + h2) & mask64;
  h2 = (h2 + h1) & mask64;
  return h1.toString(16) + h2.toString(16);
}

describe(createMask, () => {
  it.each([
    ['unique-5', '1083e8169d7138e990cc30095578452'],
    ['session-273', '7cc66d130664caa9efacda1026c1c44'],
    ['sensitive-0', 'e49bd309eed4a5094437a71ac2bc1cad'],
    ['not-sensitive-6', '538ad30b2aa2781e855c4eb059cf68a3'],
  ])('gives the published text for %s', (value, expected) => {
    expect(createMask('hi-there')(value)).toBe(expected);
  });

  it('agrees with the reference algorithm for any seed and value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (seed, value) => {
        expect(createMask(seed)(value)).toBe(reference(Buffer.from(seed + value)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('agrees with it for seeds of all lengths, whatever other masks do in between', () => {
    const seeds = Array.from({ length: 70 }, (_, length) => 'x'.repeat(length));
    const masks = [...seeds, 'y'.repeat(1_000), 'é'.repeat(40)].map((seed) => ({
      seed,
      mask: createMask(seed),
    }));
    for (const value of ['', 'a', 'a value', 'a value of more than sixteen bytes']) {
      const expected = masks.map(({ seed }) => reference(Buffer.from(seed + value)));
      expect(masks.map(({ mask }) => mask(value))).toEqual(expected);
    }
  });

  it.each([5_000, 5_456, 5_457, 16_383, 16_384, 16_385, 100_000])(
    'agrees with it for %i letters',
    (length) => {
      const [one, other] = [createMask('one seed'), createMask('another seed of more than a block')];
      const value = 'long '.repeat(length / 5 + 1).slice(0, length);
      expect(one(value)).toBe(reference(Buffer.from(`one seed${value}`)));
      expect(other(value)).toBe(reference(Buffer.from(`another seed of more than a block${value}`)));
      expect(one('short')).toBe(reference(Buffer.from('one seedshort')));
    },
  );

  it('takes a character of which the seed has one half and the value the other as one', () => {
    expect(createMask('seed\ud83d')('\ude00 value')).toBe(reference(Buffer.from('seed\u{1f600} value')));
    expect(createMask('seed\ud83d')(' value')).toBe(reference(Buffer.from('seed\ufffd value')));
  });
});

describe(createBytesMask, () => {
  it('gives for bytes, also in their place, what the mask gives for the text that they are', () => {
    const [text, length] = [fc.string({ unit: 'grapheme' }), fc.nat({ max: 6_000 })];
    fc.assert(
      fc.property(text, fc.boolean(), text, length, (start, isCut, value, repeated) => {
        const seed = isCut ? `${start}\ud83d` : start;
        const long = value.repeat(Math.ceil(repeated / (value.length + 1)));
        const bytes = Buffer.from(`....${long}${' '.repeat(40)}`);
        const end = bytes.length - 40;
        const written = createBytesMask(seed)(bytes, 4, end, bytes, 4);
        expect(bytes.toString('latin1', 4, 4 + written)).toBe(createMask(seed)(long));
      }),
    );
  });
});
