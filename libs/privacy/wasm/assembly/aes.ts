// AES-256 by vector permutes (derive-tables.ts): data are looked up in registers only, never in memory.
import * as T from './tables';

export const BLOCK: usize = 16;
export const LAST_ROUND: usize = 14 * BLOCK;

@inline
export function lookUp(table: v128, index: v128): v128 {
  // Every index is below 16 or has its top bit set; for those the two instructions are defined alike.
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, index);
  return i8x16.swizzle(table, index);
}

@inline
export function add(one: v128, other: v128): v128 {
  return v128.xor(one, other);
}

@inline
function highNibbles(x: v128, low: v128): v128 {
  // V8 has no fast shift of bytes; the mask removes what crosses over from the neighbour.
  return v128.and(i16x8.shr_u(x, 4), low);
}

@inline
function throughTables(x: v128, lowTable: usize, highTable: usize): v128 {
  const low = v128.load(T.LOW_NIBBLES);
  return add(
    lookUp(v128.load(lowTable), v128.and(x, low)),
    lookUp(v128.load(highTable), highNibbles(x, low)),
  );
}

@inline
export function toInner(x: v128): v128 {
  return throughTables(x, T.TO_INNER_LOW, T.TO_INNER_HIGH);
}

@inline
export function fromInner(x: v128): v128 {
  return throughTables(x, T.FROM_INNER_LOW, T.FROM_INNER_HIGH);
}

/** 1/P of an inner value. */
@inline
export function indexU(x: v128, low: v128, inverse: v128, inverseA: v128): v128 {
  const i = highNibbles(x, low);
  const k = v128.and(x, low);
  return add(lookUp(inverse, add(lookUp(inverse, i), lookUp(inverseA, k))), add(i, k));
}

/** 1/Q of an inner value. */
@inline
export function indexT(x: v128, low: v128, inverse: v128, inverseA: v128): v128 {
  const i = highNibbles(x, low);
  const k = v128.and(x, low);
  return add(lookUp(inverse, add(lookUp(inverse, add(i, k)), lookUp(inverseA, k))), i);
}

/** SubBytes of an inner value, without its constant. */
@inline
export function substitute(x: v128): v128 {
  const low = v128.load(T.LOW_NIBBLES);
  const inverse = v128.load(T.INVERSE);
  const inverseA = v128.load(T.INVERSE_A);
  return add(
    lookUp(v128.load(T.SUB1_U), indexU(x, low, inverse, inverseA)),
    lookUp(v128.load(T.SUB1_T), indexT(x, low, inverse, inverseA)),
  );
}

/** SubBytes, ShiftRows, MixColumns and AddRoundKey of an inner value. */
@inline
export function round(
  x: v128,
  key: v128,
  low: v128,
  inverse: v128,
  inverseA: v128,
  sub1u: v128,
  sub1t: v128,
  sub2u: v128,
  sub2t: v128,
  rows0: v128,
  rows1: v128,
  rows2: v128,
  rows3: v128,
): v128 {
  const u = indexU(x, low, inverse, inverseA);
  const t = indexT(x, low, inverse, inverseA);
  const one = add(lookUp(sub1u, u), lookUp(sub1t, t));
  const two = add(lookUp(sub2u, u), lookUp(sub2t, t));
  const three = add(one, two);
  return add(
    add(add(lookUp(two, rows0), key), add(lookUp(one, rows2), lookUp(one, rows3))),
    lookUp(three, rows1),
  );
}

/** The last round, of which the result is an ordinary block. */
@inline
export function lastRound(x: v128, key: v128, low: v128, inverse: v128, inverseA: v128, rows0: v128): v128 {
  const u = indexU(x, low, inverse, inverseA);
  const t = indexT(x, low, inverse, inverseA);
  const out = add(lookUp(v128.load(T.SUB_OUT_U), u), lookUp(v128.load(T.SUB_OUT_T), t));
  return add(lookUp(out, rows0), key);
}

/** Encrypts a block with the round keys at `keys`. */
export function encrypt(block: v128, keys: usize): v128 {
  // V8 builds a constant anew at each use, and keeps what was loaded.
  const low = v128.load(T.LOW_NIBBLES);
  const inverse = v128.load(T.INVERSE);
  const inverseA = v128.load(T.INVERSE_A);
  const sub1u = v128.load(T.SUB1_U);
  const sub1t = v128.load(T.SUB1_T);
  const sub2u = v128.load(T.SUB2_U);
  const sub2t = v128.load(T.SUB2_T);
  const rows0 = v128.load(T.ROWS_0);
  const rows1 = v128.load(T.ROWS_1);
  const rows2 = v128.load(T.ROWS_2);
  const rows3 = v128.load(T.ROWS_3);
  const last = keys + LAST_ROUND;
  let x = add(toInner(block), v128.load(keys));
  for (let key = keys + BLOCK; key < last; key += BLOCK) {
    x = round(x, v128.load(key), low, inverse, inverseA, sub1u, sub1t, sub2u, sub2t, rows0, rows1, rows2, rows3);
  }
  return lastRound(x, v128.load(last), low, inverse, inverseA, rows0);
}

/** Encrypts two blocks side by side, adds the texts at `from` and `from + 16`, and stores the sums at `to`. */
export function encryptTwoOnto(one: v128, two: v128, keys: usize, from: usize, to: usize): void {
  const low = v128.load(T.LOW_NIBBLES);
  const inverse = v128.load(T.INVERSE);
  const inverseA = v128.load(T.INVERSE_A);
  const sub1u = v128.load(T.SUB1_U);
  const sub1t = v128.load(T.SUB1_T);
  const sub2u = v128.load(T.SUB2_U);
  const sub2t = v128.load(T.SUB2_T);
  const rows0 = v128.load(T.ROWS_0);
  const rows1 = v128.load(T.ROWS_1);
  const rows2 = v128.load(T.ROWS_2);
  const rows3 = v128.load(T.ROWS_3);
  const last = keys + LAST_ROUND;
  let x = add(toInner(one), v128.load(keys));
  let y = add(toInner(two), v128.load(keys));
  for (let at = keys + BLOCK; at < last; at += BLOCK) {
    const key = v128.load(at);
    x = round(x, key, low, inverse, inverseA, sub1u, sub1t, sub2u, sub2t, rows0, rows1, rows2, rows3);
    y = round(y, key, low, inverse, inverseA, sub1u, sub1t, sub2u, sub2t, rows0, rows1, rows2, rows3);
  }
  const key = v128.load(last);
  v128.store(to, add(v128.load(from), lastRound(x, key, low, inverse, inverseA, rows0)));
  v128.store(to + BLOCK, add(v128.load(from + BLOCK), lastRound(y, key, low, inverse, inverseA, rows0)));
}
