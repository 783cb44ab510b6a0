import { createCipheriv, timingSafeEqual } from 'node:crypto';
import type { Cipheriv } from 'node:crypto';

const blockBytes = 16;

/** The text was not sealed with this key and these associated data, or it was changed since. */
export class SivAuthenticationError extends Error {
  override readonly name = 'SivAuthenticationError';
  constructor() {
    super('the ciphertext does not belong to this key');
  }
}

/**
 * AES-SIV (RFC 5297) with one key and one list of associated data, over the AES of node:crypto, which is constant time.
 * Making one costs some 50 µs, using it a few. Cipher objects are kept and fed on, because creating one per call is
 * what is slow: the CBC object serves CMAC (its chaining is cancelled by the XOR of its last block), the ECB object
 * the counter mode.
 */
export class AesSiv {
  #mac: Cipheriv | undefined;
  #counter: Cipheriv | undefined;
  /** Last block that the CBC object gave out, which it will mix into the next. */
  readonly #chained = Buffer.alloc(blockBytes);
  readonly #subkey1: Buffer;
  readonly #subkey2: Buffer;
  /** S2V over the associated data, which are the same in every call. */
  readonly #prefix: Buffer;

  /**
   * @param key 32, 48 or 64 bytes: one half for S2V, one for the counter mode
   * @param associatedData components in their order; an empty component is not the same as none
   */
  constructor(key: Uint8Array, associatedData: readonly Uint8Array[]) {
    const half = key.length / 2;
    const bits = half * 8;
    if (![128, 192, 256].includes(bits)) throw new RangeError('an AES-SIV key has 32, 48 or 64 bytes');
    this.#mac = createCipheriv(`aes-${bits}-cbc`, key.subarray(0, half), this.#chained).setAutoPadding(false);
    this.#counter = createCipheriv(`aes-${bits}-ecb`, key.subarray(half), null).setAutoPadding(false);
    const zero = Buffer.from(this.#encryptBlocks(Buffer.alloc(blockBytes)));
    this.#subkey1 = double(zero);
    this.#subkey2 = double(this.#subkey1);
    this.#prefix = associatedData.reduce<Buffer>(
      (prefix, component) => xor(double(prefix), this.#cmac(Buffer.from(component))),
      this.#cmac(Buffer.alloc(blockBytes)),
    );
  }

  /** The synthetic IV (16 bytes) followed by the ciphertext. Equal plaintexts give equal results. */
  seal(plaintext: Uint8Array): Buffer {
    const sealed = Buffer.alloc(blockBytes + plaintext.length);
    const iv = this.#syntheticIv(plaintext);
    iv.copy(sealed);
    this.#applyKeyStream(iv, plaintext, sealed.subarray(blockBytes));
    return sealed;
  }

  /** @throws SivAuthenticationError */
  open(sealed: Uint8Array): Buffer {
    if (sealed.length < blockBytes) throw new SivAuthenticationError();
    const iv = Buffer.from(sealed.subarray(0, blockBytes));
    const plaintext = Buffer.alloc(sealed.length - blockBytes);
    this.#applyKeyStream(iv, sealed.subarray(blockBytes), plaintext);
    if (timingSafeEqual(this.#syntheticIv(plaintext), iv)) return plaintext;
    plaintext.fill(0);
    throw new SivAuthenticationError();
  }

  /** Lets go of the ciphers and wipes what was derived from the key. */
  destroy(): void {
    this.#mac = undefined;
    this.#counter = undefined;
    for (const secret of [this.#chained, this.#subkey1, this.#subkey2, this.#prefix]) secret.fill(0);
  }

  #syntheticIv(plaintext: Uint8Array): Buffer {
    if (plaintext.length < blockBytes) {
      const padded = Buffer.alloc(blockBytes);
      padded.set(plaintext);
      padded[plaintext.length] = 0x80;
      return this.#cmac(xor(padded, double(this.#prefix)));
    }
    const mixed = Buffer.from(plaintext);
    xorInto(mixed.subarray(mixed.length - blockBytes), this.#prefix);
    return this.#cmac(mixed);
  }

  /** CMAC (RFC 4493). May change `message`. */
  #cmac(message: Buffer): Buffer {
    const whole = message.length > 0 && message.length % blockBytes === 0;
    let blocks = message;
    if (!whole) {
      blocks = Buffer.alloc((Math.floor(message.length / blockBytes) + 1) * blockBytes);
      message.copy(blocks);
      blocks[message.length] = 0x80;
    }
    xorInto(blocks.subarray(blocks.length - blockBytes), whole ? this.#subkey1 : this.#subkey2);
    return Buffer.from(this.#encryptBlocks(blocks));
  }

  /** CBC from a zero IV; answers with the last block. Changes `blocks`. */
  #encryptBlocks(blocks: Buffer): Buffer {
    if (this.#mac === undefined) throw new TypeError('this cipher was destroyed');
    xorInto(blocks, this.#chained);
    const chained = this.#mac.update(blocks);
    chained.copy(this.#chained, 0, chained.length - blockBytes);
    return this.#chained;
  }

  #applyKeyStream(iv: Buffer, input: Uint8Array, output: Uint8Array): void {
    if (this.#counter === undefined) throw new TypeError('this cipher was destroyed');
    if (input.length === 0) return;
    const count = Math.ceil(input.length / blockBytes);
    const counters = Buffer.alloc(count * blockBytes);
    // The two cleared bits let the low 32 bits count without a carry.
    const low = iv.readUInt32BE(12) & 0x7fffffff;
    for (let block = 0; block < count; block += 1) {
      const at = block * blockBytes;
      iv.copy(counters, at, 0, 12);
      counters[at + 8] = (counters[at + 8] ?? 0) & 0x7f;
      counters.writeUInt32BE((low + block) >>> 0, at + 12);
    }
    const stream = this.#counter.update(counters);
    for (let index = 0; index < input.length; index += 1) {
      output[index] = (input[index] ?? 0) ^ (stream[index] ?? 0);
    }
  }
}

function xorInto(target: Buffer, other: Buffer): void {
  for (let index = 0; index < Math.min(target.length, other.length); index += 1) {
    target[index] = (target[index] ?? 0) ^ (other[index] ?? 0);
  }
}

function xor(one: Buffer, other: Buffer): Buffer {
  const result = Buffer.from(one);
  xorInto(result, other);
  return result;
}

/** Multiplication by x in GF(2^128), without a branch on the carry. */
function double(block: Buffer): Buffer {
  const result = Buffer.alloc(blockBytes);
  let carry = 0;
  for (let index = blockBytes - 1; index >= 0; index -= 1) {
    const byte = block[index] ?? 0;
    result[index] = ((byte << 1) | carry) & 0xff;
    carry = byte >>> 7;
  }
  result[blockBytes - 1] = (result[blockBytes - 1] ?? 0) ^ (0x87 & -carry);
  return result;
}
