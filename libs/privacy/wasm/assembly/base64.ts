// Base64, 16 characters at a time (after Muła and Lemire, "Faster Base64 Encoding and Decoding", 2018).
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

const PADDING: i32 = 0x3d;

/** Encodes a text, behind which at least two zeros lie; answers with where its characters end. */
export function encode(from: usize, length: i32, to: usize): usize {
  const order = v128.load(T.BASE64_GROUPS);
  const codes = v128.load(T.BASE64_CODES);
  const bytes = length % 3;
  const end = to + ((length + 2) / 3) * 4;
  for (; to < end; to += BLOCK) {
    const groups = lookUp(v128.load(from), order);
    const first = v128.and(i32x4.shr_u(groups, 18), i32x4.splat(0x3f));
    const second = v128.and(i32x4.shr_u(groups, 4), i32x4.splat(0x3f00));
    const third = v128.and(i32x4.shl(groups, 10), i32x4.splat(0x3f_0000));
    const fourth = v128.and(i32x4.shl(groups, 24), i32x4.splat(0x3f00_0000));
    const values = v128.or(v128.or(first, second), v128.or(third, fourth));
    const isCapital = v128.and(i8x16.lt_u(values, i8x16.splat(26)), i8x16.splat(13));
    const range = v128.or(i8x16.sub_sat_u(values, i8x16.splat(51)), isCapital);
    v128.store(to, i8x16.add(values, lookUp(codes, range)));
    from += DECODED;
  }
  if (bytes != 0) store<u8>(end - 1, PADDING);
  if (bytes == 1) store<u8>(end - 2, PADDING);
  return end;
}
