// Decodes base64, 16 characters at a time (after Muła and Lemire, "Faster Base64 Encoding and Decoding", 2018).
import { BLOCK, lookUp } from './aes';
import { ERRORS } from './layout';
import * as T from './tables';

/** How many bytes 16 characters become. */
const DECODED: usize = 12;

/**
 * Decodes `length` characters in place; characters that are to be read as zeros, at most two, follow them. ERRORS is
 * zero when all were characters of base64 and no bit was left over.
 */
export function decode(at: usize, length: i32): void {
  const low = v128.load(T.LOW_NIBBLES);
  const lowClasses = v128.load(T.BASE64_LOW);
  const highClasses = v128.load(T.BASE64_HIGH);
  const offsets = v128.load(T.BASE64_OFFSETS);
  const order = v128.load(T.BASE64_BYTES);
  const slash = i8x16.splat(0x2f);
  const front = i16x8.splat(0x3f);
  const weights = i32x4.splat(0x0001_1000);
  let errors = i64x2.splat(0);
  let to = at;
  const bytes = at + (<usize>length * 3) / 4;
  for (; length > 0; length -= <i32>BLOCK) {
    const kept = v128.load(T.FIRST_BYTES + BLOCK - <usize>min(length, <i32>BLOCK));
    const codes = v128.load(at);
    const high = v128.and(i16x8.shr_u(codes, 4), low);
    const wrong = v128.and(lookUp(lowClasses, v128.and(codes, low)), lookUp(highClasses, high));
    errors = v128.or(errors, v128.and(wrong, kept));
    const offset = lookUp(offsets, i8x16.add(high, i8x16.eq(codes, slash)));
    const values = v128.and(i8x16.add(codes, offset), kept);
    const pairs = v128.or(i16x8.shl(v128.and(values, front), 6), i16x8.shr_u(values, 8));
    v128.store(to, lookUp(i32x4.dot_i16x8_s(pairs, weights), order));
    at += BLOCK;
    to += DECODED;
  }
  const leftOver = v128.and(v128.load(bytes), v128.load(T.FIRST_BYTES + BLOCK - 1));
  v128.store(ERRORS, v128.or(errors, leftOver));
}
