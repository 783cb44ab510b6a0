// AES-256 on four blocks at a time: each round waits for the one before, and the other blocks fill the gaps.
import { BLOCK, LAST_ROUND, add, lastRound, round, toInner } from './aes';
import * as T from './tables';

/**
 * Takes `length` bytes, whole blocks, of each of four texts into four CMACs, which start from zero. Stores them at
 * `to`, one after the other.
 */
export function absorbFour(keys: usize, a: usize, b: usize, c: usize, d: usize, length: usize, to: usize): void {
  const low = v128.load(T.LOW_NIBBLES);
  const inverse = v128.load(T.INVERSE);
  const inverseA = v128.load(T.INVERSE_A);
  const s1u = v128.load(T.SUB1_U);
  const s1t = v128.load(T.SUB1_T);
  const s2u = v128.load(T.SUB2_U);
  const s2t = v128.load(T.SUB2_T);
  const r0 = v128.load(T.ROWS_0);
  const r1 = v128.load(T.ROWS_1);
  const r2 = v128.load(T.ROWS_2);
  const r3 = v128.load(T.ROWS_3);
  const last = keys + LAST_ROUND;
  let w = i64x2.splat(0);
  let x = w;
  let y = w;
  let z = w;
  for (let block: usize = 0; block < length; block += BLOCK) {
    let key = v128.load(keys);
    w = add(toInner(add(w, v128.load(a + block))), key);
    x = add(toInner(add(x, v128.load(b + block))), key);
    y = add(toInner(add(y, v128.load(c + block))), key);
    z = add(toInner(add(z, v128.load(d + block))), key);
    for (let at = keys + BLOCK; at < last; at += BLOCK) {
      key = v128.load(at);
      w = round(w, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
      x = round(x, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
      y = round(y, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
      z = round(z, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
    }
    key = v128.load(last);
    w = lastRound(w, key, low, inverse, inverseA, r0);
    x = lastRound(x, key, low, inverse, inverseA, r0);
    y = lastRound(y, key, low, inverse, inverseA, r0);
    z = lastRound(z, key, low, inverse, inverseA, r0);
  }
  v128.store(to, w);
  v128.store(to, x, 16);
  v128.store(to, y, 32);
  v128.store(to, z, 48);
}

/** Encrypts the blocks at `to` and adds those at `from`; a length that is not of four blocks counts as more. */
export function encryptOnto(keys: usize, from: usize, to: usize, length: usize): void {
  const low = v128.load(T.LOW_NIBBLES);
  const inverse = v128.load(T.INVERSE);
  const inverseA = v128.load(T.INVERSE_A);
  const s1u = v128.load(T.SUB1_U);
  const s1t = v128.load(T.SUB1_T);
  const s2u = v128.load(T.SUB2_U);
  const s2t = v128.load(T.SUB2_T);
  const r0 = v128.load(T.ROWS_0);
  const r1 = v128.load(T.ROWS_1);
  const r2 = v128.load(T.ROWS_2);
  const r3 = v128.load(T.ROWS_3);
  const last = keys + LAST_ROUND;
  const end = to + length;
  for (; to < end; to += 4 * BLOCK) {
    let key = v128.load(keys);
    let w = add(toInner(v128.load(to)), key);
    let x = add(toInner(v128.load(to, 16)), key);
    let y = add(toInner(v128.load(to, 32)), key);
    let z = add(toInner(v128.load(to, 48)), key);
    for (let at = keys + BLOCK; at < last; at += BLOCK) {
      key = v128.load(at);
      w = round(w, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
      x = round(x, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
      y = round(y, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
      z = round(z, key, low, inverse, inverseA, s1u, s1t, s2u, s2t, r0, r1, r2, r3);
    }
    key = v128.load(last);
    v128.store(to, add(v128.load(from), lastRound(w, key, low, inverse, inverseA, r0)));
    v128.store(to, add(v128.load(from, 16), lastRound(x, key, low, inverse, inverseA, r0)), 16);
    v128.store(to, add(v128.load(from, 32), lastRound(y, key, low, inverse, inverseA, r0)), 32);
    v128.store(to, add(v128.load(from, 48), lastRound(z, key, low, inverse, inverseA, r0)), 48);
    from += 4 * BLOCK;
  }
}
