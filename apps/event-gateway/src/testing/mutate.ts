import type { Random } from './random.ts';

/** What breaks readers: ends of ranges of numbers, lengths that lie, quotes and brackets, halves of characters. */
const fragments: readonly Buffer[] = [
  'ffffffffffffffffff01',
  'feffffffffffffffff01',
  '80808080808080808080',
  '01',
  '7b',
  '00000000',
  'c0af',
  'edA080',
]
  .map((hex) => Buffer.from(hex, 'hex'))
  .concat(
    [
      '{',
      '}',
      '[',
      ']]',
      '"',
      '\\u0000',
      '\\ud800',
      '-0',
      '1e999',
      '99999999999999999999',
      'null',
      'true',
      '{"string":"x"}',
      '"__proto__":{}',
      ',"constructor":1',
      '['.repeat(70),
      '{"a":'.repeat(70),
      '\r\n',
      ' ',
      '\uFEFF',
      'a'.repeat(300),
    ].map((text) => Buffer.from(text)),
  );

/** The bytes with one to four changes. */
export function mutate(random: Random, original: Buffer, others: readonly Buffer[]): Buffer {
  let bytes = original;
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) bytes = change(random, bytes, others);
  return bytes;
}

function change(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(16));
  const before = bytes.subarray(0, at);
  switch (random.below(7)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < bytes.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return before;
    case 2:
      return Buffer.concat([before, bytes.subarray(end)]);
    case 3:
      return Buffer.concat([before, bytes.subarray(at, end), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([
        before,
        random.pick(fragments),
        bytes.subarray(random.below(2) === 0 ? at : end),
      ]);
    case 5:
      return Buffer.concat([before, random.bytes(1 + random.below(4)), bytes.subarray(end)]);
    default: {
      const other = random.pick(others);
      return Buffer.concat([before, other.subarray(random.below(other.length + 1))]);
    }
  }
}
