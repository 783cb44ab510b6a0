// MurmurHash3 x64 128-bit by Austin Appleby (public domain), seed 0, as hexadecimal text.

/** The running hash: h1, then h2. */
const STATE: usize = 4064;
/** The answer: 16 digits of h1, right-aligned, directly followed by those of h2. */
export const OUTPUT: usize = 4096;
/** Bytes to hash. */
export const INPUT: usize = 4160;
/** The longest input at a time; a whole number of blocks. */
export const INPUT_BYTES: i32 = 16384;

const BLOCK: i32 = 16;
const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;
const DIGITS: usize = memory.data<u8>(
  [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66],
  16,
);

@inline
function mixFirst(k: u64): u64 {
  return rotl<u64>(k * C1, 31) * C2;
}

@inline
function mixSecond(k: u64): u64 {
  return rotl<u64>(k * C2, 33) * C1;
}

@inline
function finalMix(h: u64): u64 {
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
  return h ^ (h >> 33);
}

/** Up to eight bytes, little-endian; more than that counts as eight, less than none as none. */
@inline
function partial(at: usize, bytes: i32): u64 {
  if (bytes <= 0) return 0;
  const word = load<u64>(at);
  return bytes >= 8 ? word : word & ((<u64>1 << (<u64>bytes * 8)) - 1);
}

/** The number of hexadecimal digits without leading zeros. */
@inline
function digitsOf(h: u64): i32 {
  return max((67 - <i32>clz(h)) >> 2, 1);
}

@inline
function toHexadecimal(h: u64): v128 {
  const bytes = i64x2.splat(<i64>bswap(h));
  const high = v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(0x0f));
  const low = v128.and(bytes, i8x16.splat(0x0f));
  const nibbles = v128.shuffle<u8>(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return i8x16.swizzle(v128.load(DIGITS), nibbles);
}

/** Starts a hash. */
export function begin(): void {
  store<u64>(STATE, 0);
  store<u64>(STATE, 0, 8);
}

/** Takes whole blocks of INPUT into the hash. */
export function absorb(length: i32): void {
  let h1 = load<u64>(STATE);
  let h2 = load<u64>(STATE, 8);
  for (let at = INPUT, end = INPUT + length; at < end; at += BLOCK) {
    h1 = (rotl<u64>(h1 ^ mixFirst(load<u64>(at)), 27) + h2) * 5 + 0x52dce729;
    h2 = (rotl<u64>(h2 ^ mixSecond(load<u64>(at, 8)), 31) + h1) * 5 + 0x38495ab5;
  }
  store<u64>(STATE, h1);
  store<u64>(STATE, h2, 8);
}

/**
 * Hashes what is left at INPUT, of `total` bytes in all, and leaves INPUT and the running hash as they were. Answers
 * with the numbers of digits: 256 times that of h1, plus that of h2.
 */
export function finish(length: i32, total: i32): i32 {
  let h1 = load<u64>(STATE);
  let h2 = load<u64>(STATE, 8);
  let at = INPUT;
  for (; length >= BLOCK; length -= BLOCK) {
    h1 = (rotl<u64>(h1 ^ mixFirst(load<u64>(at)), 27) + h2) * 5 + 0x52dce729;
    h2 = (rotl<u64>(h2 ^ mixSecond(load<u64>(at, 8)), 31) + h1) * 5 + 0x38495ab5;
    at += BLOCK;
  }
  h1 = h1 ^ mixFirst(partial(at, length)) ^ total;
  h2 = h2 ^ mixSecond(partial(at + 8, length - 8)) ^ total;
  h1 += h2;
  h2 += h1;
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 += h2;
  h2 += h1;
  const digits1 = digitsOf(h1);
  const digits2 = digitsOf(h2);
  // The zeros that lead h2 lie where the digits of h1 come then.
  v128.store(OUTPUT + digits2, toHexadecimal(h2));
  v128.store(OUTPUT, toHexadecimal(h1));
  return (digits1 << 8) | digits2;
}
