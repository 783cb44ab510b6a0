// S2V (RFC 5297, 2.4) with one empty associated-data component, over CMAC (RFC 4493).
import { BLOCK, add, encrypt, lookUp } from './aes';
import { ASSOCIATED, MAC_KEYS, PADDED_MASK, SHORT_MASK, WHOLE_MASK } from './layout';
import * as T from './tables';

/** Multiplication by x in GF(2^128), without a branch on the bit that falls out. */
@inline
function double(x: v128): v128 {
  const zero = i64x2.splat(0);
  const top = v128.and(i16x8.shr_u(x, 7), i8x16.splat(1));
  const carried = v128.shuffle<u8>(top, zero, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  const fallen = v128.shuffle<u8>(zero, top, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16);
  const reduction = v128.and(i8x16.sub(zero, fallen), i8x16.splat(<i8>0x87));
  return add(add(v128.and(i16x8.shl(x, 1), i8x16.splat(<i8>0xfe)), carried), reduction);
}

/** Fills in the parts of a slot that depend on the key of the MAC only. */
export function prepareMasks(slot: usize): void {
  const keys = slot + MAC_KEYS;
  const whole = double(encrypt(i64x2.splat(0), keys));
  const padded = double(whole);
  const ofZero = encrypt(whole, keys);
  const ofEmpty = encrypt(add(padded, v128.load(T.PADS + BLOCK)), keys);
  const associated = add(double(ofZero), ofEmpty);
  v128.store(slot, add(double(associated), whole), SHORT_MASK);
  v128.store(slot, add(associated, whole), WHOLE_MASK);
  v128.store(slot, associated, ASSOCIATED);
  v128.store(slot, padded, PADDED_MASK);
}

/** Up to 15 bytes, followed by the bit that ends a message, and zeros. */
@inline
function padded(at: usize, length: usize): v128 {
  const end = BLOCK - length;
  return add(v128.and(v128.load(at), v128.load(T.FIRST_BYTES + end)), v128.load(T.PADS + end));
}

/** Takes `length` bytes in whole blocks into a CMAC. */
export function absorb(slot: usize, at: usize, length: usize, state: v128): v128 {
  let x = state;
  for (let end = at + length; at < end; at += BLOCK) x = encrypt(add(x, v128.load(at)), slot + MAC_KEYS);
  return x;
}

/** The tag of a text, or of its last piece, which has at least 16 bytes unless it is the whole text. */
export function finish(slot: usize, at: usize, length: usize, state: v128): v128 {
  const keys = slot + MAC_KEYS;
  if (length < BLOCK) return encrypt(add(padded(at, length), v128.load(slot, SHORT_MASK)), keys);
  const beyond = length & (BLOCK - 1);
  const whole = length - beyond - BLOCK;
  let x = absorb(slot, at, whole, state);
  at += whole;
  if (beyond == 0) return encrypt(add(add(x, v128.load(at)), v128.load(slot, WHOLE_MASK)), keys);
  // S2V adds its value to the last 16 bytes, which here lie in two blocks.
  const associated = v128.load(slot, ASSOCIATED);
  const shift = T.SHIFTS + BLOCK - beyond;
  x = encrypt(add(add(x, v128.load(at)), lookUp(associated, v128.load(shift))), keys);
  const rest = add(padded(at + BLOCK, beyond), lookUp(associated, v128.load(shift + BLOCK)));
  return encrypt(add(add(x, rest), v128.load(slot, PADDED_MASK)), keys);
}

/** Writes the blocks of which the CMAC is the tag of a text, so that nothing is left to add. Does nothing for none. */
export function layOut(slot: usize, from: usize, to: usize, length: i32): void {
  if (length < 0) return;
  if (length < <i32>BLOCK) {
    v128.store(to, add(padded(from, length), v128.load(slot, SHORT_MASK)));
    return;
  }
  const beyond = <usize>length & (BLOCK - 1);
  const last = to + <usize>length - beyond - BLOCK;
  for (; to < last; to += BLOCK) {
    v128.store(to, v128.load(from));
    from += BLOCK;
  }
  if (beyond == 0) {
    v128.store(to, add(v128.load(from), v128.load(slot, WHOLE_MASK)));
    return;
  }
  const associated = v128.load(slot, ASSOCIATED);
  const shift = T.SHIFTS + BLOCK - beyond;
  v128.store(to, add(v128.load(from), lookUp(associated, v128.load(shift))));
  const rest = add(padded(from + BLOCK, beyond), lookUp(associated, v128.load(shift + BLOCK)));
  v128.store(to, add(rest, v128.load(slot, PADDED_MASK)), 16);
}
