/**
 * MurmurHash3 x64 128-bit by Austin Appleby (public domain), seed 0, in 32-bit halves: JavaScript multiplies 32 bits
 * exactly with Math.imul, while BigInt is several times slower. Numbers in pairs are (high, low), unsigned.
 */

/** A 64-bit number that is worked on in place. */
class Lane {
  high = 0;
  low = 0;

  set(high: number, low: number): this {
    this.high = high >>> 0;
    this.low = low >>> 0;
    return this;
  }

  add(high: number, low: number): this {
    const sum = this.low + (low >>> 0);
    return this.set(this.high + high + (sum > 0xffff_ffff ? 1 : 0), sum);
  }

  xor(high: number, low: number): this {
    return this.set(this.high ^ high, this.low ^ low);
  }

  multiply(high: number, low: number): this {
    const lowHigh = this.low >>> 16;
    const lowLow = this.low & 0xffff;
    const otherHigh = low >>> 16;
    const otherLow = low & 0xffff;
    // The upper half of low × low, by schoolbook multiplication of 16-bit halves.
    const least = lowLow * otherLow;
    const middle = lowHigh * otherLow + (least >>> 16);
    const carried = lowLow * otherHigh + (middle % 0x1_0000);
    const upper = lowHigh * otherHigh + Math.floor(middle / 0x1_0000) + Math.floor(carried / 0x1_0000);
    return this.set(upper + Math.imul(this.high, low) + Math.imul(this.low, high), Math.imul(this.low, low));
  }

  rotateLeft(bits: number): this {
    if (bits === 32) return this.set(this.low, this.high);
    if (bits > 32) return this.set(this.low, this.high).rotateLeft(bits - 32);
    return this.set(
      (this.high << bits) | (this.low >>> (32 - bits)),
      (this.low << bits) | (this.high >>> (32 - bits)),
    );
  }

  /** The finalisation mix. A shift right by 33 leaves the high half, shifted by one, in the low one. */
  mix(): this {
    this.xor(0, this.high >>> 1).multiply(0xff51afd7, 0xed558ccd);
    this.xor(0, this.high >>> 1).multiply(0xc4ceb9fe, 0x1a85ec53);
    return this.xor(0, this.high >>> 1);
  }
}

const blockBytes = 16;

/** The two 64-bit halves of the hash as (high, low) pairs: h1, then h2. */
export function murmur3x64(bytes: Uint8Array): readonly [number, number, number, number] {
  const h1 = new Lane();
  const h2 = new Lane();
  const k = new Lane();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = bytes.length - (bytes.length % blockBytes);

  for (let at = 0; at < tail; at += blockBytes) {
    mixFirst(k.set(view.getUint32(at + 4, true), view.getUint32(at, true)));
    h1.xor(k.high, k.low).rotateLeft(27).add(h2.high, h2.low).multiply(0, 5).add(0, 0x52dce729);
    mixSecond(k.set(view.getUint32(at + 12, true), view.getUint32(at + 8, true)));
    h2.xor(k.high, k.low).rotateLeft(31).add(h1.high, h1.low).multiply(0, 5).add(0, 0x38495ab5);
  }

  if (bytes.length > tail + 8) {
    mixSecond(k.set(readTail(bytes, tail + 12), readTail(bytes, tail + 8)));
    h2.xor(k.high, k.low);
  }
  if (bytes.length > tail) {
    mixFirst(k.set(readTail(bytes, tail + 4), readTail(bytes, tail)));
    h1.xor(k.high, k.low);
  }

  h1.xor(0, bytes.length);
  h2.xor(0, bytes.length);
  h1.add(h2.high, h2.low);
  h2.add(h1.high, h1.low);
  h1.mix();
  h2.mix();
  h1.add(h2.high, h2.low);
  h2.add(h1.high, h1.low);
  return [h1.high, h1.low, h2.high, h2.low];
}

function mixFirst(k: Lane): void {
  k.multiply(0x87c37b91, 0x114253d5).rotateLeft(31).multiply(0x4cf5ad43, 0x2745937f);
}

function mixSecond(k: Lane): void {
  k.multiply(0x4cf5ad43, 0x2745937f).rotateLeft(33).multiply(0x87c37b91, 0x114253d5);
}

/** Up to four bytes, little-endian; bytes past the end are zero. */
function readTail(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let index = 3; index >= 0; index -= 1) value = (value << 8) | (bytes[at + index] ?? 0);
  return value >>> 0;
}
