/**
 * Derives the 16-entry register tables of the vector-permute AES (Hamburg, "Accelerating AES with Vector Permute
 * Instructions", CHES 2009) from the definition of AES, instead of typing them in.
 *
 * A byte x of GF(2^8) is written over the subfield GF(2^4) as x = iα + jβ with β = α^16, α chosen so that α + β = 1, and
 * kept as the nibbles i (high) and k = i + j (low): the "inner" form. With n = αβ and a = 1/n,
 *   P = 1 / (1/(1/i + a/k) + j),  Q = 1 / (1/(1/j + a/k) + i),  1/x = P(β + n) + Q(α + n),
 * so that every linear function of 1/x is the sum of one look-up by 1/P and one by 1/Q. Infinity, which 1/0 gives, is a
 * byte with the top bit set: adding a nibble keeps it infinite, and looking it up gives zero.
 */

const fieldPolynomial = 0x11b;
const infinity = 0x80;
const affineConstant = 0x63;

/** Product in the field of AES. */
function multiply(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product <<= 1;
    if (product & 0x100) product ^= fieldPolynomial;
    if ((other >> bit) & 1) product ^= one;
  }
  return product;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let step = 0; step < exponent; step += 1) result = multiply(result, base);
  return result;
}

const bytes = Array.from({ length: 256 }, (_, value) => value);
const nibbles = bytes.slice(0, 16);

/** 1/x, and 0 for 0. */
const invert = (value: number): number => power(value, 254);

/** The linear part of the S-box's affine step. */
function affine(value: number): number {
  const doubled = value | (value << 8);
  return (value ^ (doubled >> 7) ^ (doubled >> 6) ^ (doubled >> 5) ^ (doubled >> 4)) & 0xff;
}

/** The S-box by its definition. */
export const substitute = (value: number): number => affine(invert(value)) ^ affineConstant;

function first(values: readonly number[], holds: (value: number) => boolean): number {
  const found = values.find(holds);
  if (found === undefined) throw new Error('the field has no such element');
  return found;
}

const subfield = bytes.filter((value) => power(value, 16) === value);
/** A generator of the subfield; its powers 1, g, g², g³ are the basis in which nibbles are written. */
const generator = first(
  subfield,
  (value) => nibbles.slice(1, 15).every((n) => power(value, n) !== 1) && value > 0,
);
const alpha = first(bytes, (value) => (value ^ power(value, 16)) === 1);
const beta = power(alpha, 16);
const norm = multiply(alpha, beta);

/** The element of the subfield that a nibble stands for. */
const fromNibble = nibbles.map((nibble) =>
  [0, 1, 2, 3].reduce((sum, bit) => ((nibble >> bit) & 1 ? sum ^ power(generator, bit) : sum), 0),
);
const toNibble = (element: number): number => fromNibble.indexOf(element);
const element = (nibble: number): number => fromNibble[nibble] ?? 0;

/** The inner form of a byte: linear. */
export function toInner(value: number): number {
  const k = value ^ power(value, 16);
  const i = value ^ multiply(k, beta);
  return (toNibble(i) << 4) | toNibble(k);
}

const inner = bytes.map(toInner);
const fromInner = (value: number): number => inner.indexOf(value);

const perLowNibble = (map: (value: number) => number) => nibbles.map(map);
const perHighNibble = (map: (value: number) => number) => nibbles.map((nibble) => map(nibble << 4));
const orInfinity = (nibble: number, value: number) => (nibble === 0 ? infinity : toNibble(value));

/** Tables for a linear function of 1/x, by the indices 1/P and 1/Q. */
function ofInverse(linear: (value: number) => number): readonly [number[], number[]] {
  const along = (direction: number) =>
    nibbles.map((nibble) => linear(multiply(invert(element(nibble)), direction)));
  return [along(beta ^ norm), along(alpha ^ norm)];
}

/** Where ShiftRows takes the byte at a place of the state from; columns follow each other. */
function shiftedFrom(place: number): number {
  const row = place % 4;
  return row + 4 * ((Math.floor(place / 4) + row) % 4);
}

/** ShiftRows, then every column rotated upwards: the terms of MixColumns. */
const rotated = (rows: number) => nibbles.map((place) => shiftedFrom((place & ~3) | ((place + rows) & 3)));

const everyByte = (value: number) => nibbles.map(() => value);
const times = (factor: number) => (value: number) => inner[multiply(factor, affine(value))] ?? 0;

/** The constant that is added to the substituted word of each step of the key schedule. */
const roundConstants = Array.from({ length: 7 }, (_, step) =>
  nibbles.map((place) => toInner(affineConstant ^ (place % 4 === 0 ? 1 << step : 0))),
);

/** A constant vector as the sum of runs: `count` times a value. */
const runs = (...parts: readonly (readonly [count: number, value: number])[]) =>
  parts.flatMap(([count, value]) => Array.from({ length: count }, () => value));

const zeroes = 0x80;

/** The characters of base64 by their value. */
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const codeOf = (value: number) => base64.charCodeAt(value);
const isBase64 = (code: number) => base64.includes(String.fromCharCode(code));

/**
 * Characters of base64, told from others by the nibbles of their codes: the low nibbles that a high nibble must not
 * go with make up its class, of which there are five; a code is wrong when the two entries share the bit of a class.
 */
function base64Classes(): readonly [low: number[], high: number[]] {
  const wrongLows = nibbles.map((high) => nibbles.filter((low) => !isBase64((high << 4) | low)).join());
  const classes = [...new Set(wrongLows)];
  const high = wrongLows.map((wrong) => 1 << classes.indexOf(wrong));
  const low = nibbles.map((nibble) =>
    nibbles.reduce((bits, top) => (isBase64((top << 4) | nibble) ? bits : bits | (high[top] ?? 0)), 0),
  );
  return [low, high];
}

/** What to add to a code for its value, by the high nibble, and for '/' by the one below, which has no characters. */
const base64Offsets = nibbles.map((high) => {
  const code = high === 1 ? codeOf(63) : nibbles.map((low) => (high << 4) | low).find(isBase64);
  return code === undefined ? 0 : (base64.indexOf(String.fromCharCode(code)) - code) & 0xff;
});

/**
 * What to add to a value for its code: capitals at 13, small letters at 0, and each value above those at a place of its
 * own.
 */
const base64Codes = nibbles.map((range) => {
  const value = range === 13 ? 0 : 51 + range;
  return range > 13 ? 0 : (codeOf(value) - value) & 0xff;
});

/** Vectors that are loaded at an offset which depends on a length, and what else is not part of AES itself. */
const [base64Low, base64High] = base64Classes();
const others: readonly (readonly [string, readonly number[]])[] = [
  // Loaded at 16 - n: n bytes to keep.
  ['FIRST_BYTES', runs([16, 0xff], [16, 0])],
  // Loaded at 16 - n: the bit that ends a message after n bytes.
  ['PADS', runs([16, 0], [1, 0x80], [15, 0])],
  // Loaded at 16 - n: indices that shift upwards by n bytes; 16 further, those that give what was shifted out.
  ['SHIFTS', [...runs([16, zeroes]), ...nibbles, ...runs([16, zeroes])]],
  ['SWAP_LAST_WORD', [...nibbles.slice(0, 12), 15, 14, 13, 12]],
  ['LAST_WORD_ONE', runs([12, 0], [1, 1], [3, 0])],
  ['COUNTER_BITS', runs([8, 0xff], [1, 0x7f], [3, 0xff], [1, 0x7f], [3, 0xff])],
  ['BASE64_LOW', base64Low],
  ['BASE64_HIGH', base64High],
  ['BASE64_OFFSETS', base64Offsets],
  ['BASE64_CODES', base64Codes],
  ['BASE64_GROUPS', [0, 3, 6, 9].flatMap((at) => [at + 2, at + 1, at, zeroes])],
  ['BASE64_BYTES', [2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, ...runs([4, zeroes])]],
  ['LAST_WORD', nibbles.map((place) => 12 + (place % 4))],
  ['LAST_WORD_ROTATED', nibbles.map((place) => 12 + ((place + 1) % 4))],
];

/** All tables by name; those of AES have 16 bytes. */
export function deriveTables(): ReadonlyMap<string, readonly number[]> {
  const [inner1u, inner1t] = ofInverse(times(1));
  const [inner2u, inner2t] = ofInverse(times(2));
  const [outerU, outerT] = ofInverse(affine);
  return new Map<string, readonly number[]>([
    ['LOW_NIBBLES', everyByte(0x0f)],
    ['INVERSE', nibbles.map((nibble) => orInfinity(nibble, invert(element(nibble))))],
    ['INVERSE_A', nibbles.map((nibble) => orInfinity(nibble, invert(multiply(norm, element(nibble)))))],
    ['SUB1_U', inner1u],
    ['SUB1_T', inner1t],
    ['SUB2_U', inner2u],
    ['SUB2_T', inner2t],
    ['SUB_OUT_U', outerU],
    ['SUB_OUT_T', outerT],
    ['ROWS_0', rotated(0)],
    ['ROWS_1', rotated(1)],
    ['ROWS_2', rotated(2)],
    ['ROWS_3', rotated(3)],
    ['TO_INNER_LOW', perLowNibble(toInner)],
    ['TO_INNER_HIGH', perHighNibble(toInner)],
    ['FROM_INNER_LOW', perLowNibble(fromInner)],
    ['FROM_INNER_HIGH', perHighNibble(fromInner)],
    ['AFFINE_INNER', everyByte(toInner(affineConstant))],
    ['AFFINE_OUTER', everyByte(affineConstant)],
    ...roundConstants.map((table, step) => [`ROUND_CONSTANT_${step + 1}`, table] as const),
    ...others,
  ]);
}
