// The key schedule of AES-256 (FIPS 197, 5.2) on inner values. Round keys 1 to 13 absorb the constant of the S-box.
import { BLOCK, LAST_ROUND, add, fromInner, lookUp, substitute, toInner } from './aes';
import * as T from './tables';

/** Each 32-bit word added to all that follow it. */
@inline
function sumWords(x: v128): v128 {
  const zero = i64x2.splat(0);
  const y = add(x, v128.shuffle<u8>(zero, x, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  return add(y, v128.shuffle<u8>(zero, y, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23));
}

@inline
function next(two: v128, one: v128, word: usize, constant: usize): v128 {
  return add(sumWords(two), add(lookUp(substitute(one), v128.load(word)), v128.load(constant)));
}

/** Writes the round keys of the two 32-byte keys at `from`, side by side because neither needs the other. */
export function expandTwo(from: usize, toOne: usize, toTwo: usize): void {
  const constant = v128.load(T.AFFINE_INNER);
  let a0 = toInner(v128.load(from));
  let a1 = toInner(v128.load(from, 16));
  let b0 = toInner(v128.load(from, 32));
  let b1 = toInner(v128.load(from, 48));
  v128.store(toOne, a0);
  v128.store(toTwo, b0);
  v128.store(toOne, add(a1, constant), 16);
  v128.store(toTwo, add(b1, constant), 16);
  let roundConstant = T.ROUND_CONSTANT_1;
  for (let at: usize = 2 * BLOCK; at < LAST_ROUND; at += 2 * BLOCK) {
    a0 = next(a0, a1, T.LAST_WORD_ROTATED, roundConstant);
    b0 = next(b0, b1, T.LAST_WORD_ROTATED, roundConstant);
    v128.store(toOne + at, add(a0, constant));
    v128.store(toTwo + at, add(b0, constant));
    a1 = next(a1, a0, T.LAST_WORD, T.AFFINE_INNER);
    b1 = next(b1, b0, T.LAST_WORD, T.AFFINE_INNER);
    v128.store(toOne + at, add(a1, constant), 16);
    v128.store(toTwo + at, add(b1, constant), 16);
    roundConstant += BLOCK;
  }
  const outer = v128.load(T.AFFINE_OUTER);
  v128.store(toOne + LAST_ROUND, add(outer, fromInner(next(a0, a1, T.LAST_WORD_ROTATED, roundConstant))));
  v128.store(toTwo + LAST_ROUND, add(outer, fromInner(next(b0, b1, T.LAST_WORD_ROTATED, roundConstant))));
}
