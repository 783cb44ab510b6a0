import type { MaskModule } from './mask-module.ts';
import { instantiateMask } from './mask-module.ts';

const blockBytes = 16;
/** The longest that one code unit becomes in UTF-8. */
const utf8Bytes = 3;
const digitsOfHalf = 16;

/**
 * Hashes values so that equal ones stay equal and the original is not shown: MurmurHash3 over the seed followed by the
 * value. This is obfuscation, not encryption: whoever knows the seed can try values.
 * The text is h1 and h2 in lower-case hexadecimal, each without leading zeros, as existing consumers compare it.
 * @throws SimdUnavailableError
 */
export function createMask(seed: string): (value: string) => string {
  const mask = new Mask(instantiateMask(), seed);
  return (value) => mask.of(value);
}

/**
 * The same from bytes to bytes: the value is `source` from `start` to `end`, which is UTF-8, and the text goes to `target`
 * from `at` on, where 32 bytes must be free. Answers with the text's length. The value may be in `target` itself.
 */
export type MaskBytes = (source: Buffer, start: number, end: number, target: Buffer, at: number) => number;

/** @throws SimdUnavailableError */
export function createBytesMask(seed: string): MaskBytes {
  const mask = new Mask(instantiateMask(), seed);
  return (source, start, end, target, at) => mask.ofBytes(source, start, end, target, at);
}

class Mask {
  readonly #module: MaskModule;
  readonly #seed: Buffer;
  /** Half a character at the end of the seed, which the value may complete. */
  readonly #half: string;
  /** Bytes of the seed after its last whole block. */
  readonly #tail: number;
  readonly #longest: number;

  constructor(module: MaskModule, seed: string) {
    const whole = /[\ud800-\udbff]$/.test(seed) ? seed.slice(0, -1) : seed;
    this.#module = module;
    this.#half = seed.slice(whole.length);
    this.#seed = Buffer.from(whole);
    this.#tail = this.#seed.length % blockBytes;
    this.#longest = Math.floor((module.input.length - blockBytes) / utf8Bytes);
  }

  of(value: string): string {
    const text = this.#half === '' ? value : this.#half + value;
    if (this.#module.owner !== this) this.#activate();
    if (text.length > this.#longest) return this.#ofLong(Buffer.from(text));
    const length = this.#module.input.write(text, this.#tail);
    return this.#finish(this.#tail + length, this.#seed.length + length);
  }

  ofBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
    const length = end - start;
    if (this.#half !== '' || length > this.#longest) {
      return target.write(this.of(source.toString('utf8', start, end)), at, 'latin1');
    }
    if (this.#module.owner !== this) this.#activate();
    const { input, output } = this.#module;
    for (let index = 0; index < length; index += 1) input[this.#tail + index] = source[start + index] ?? 0;
    const digits = this.#module.functions.finish(this.#tail + length, this.#seed.length + length);
    const first = digitsOfHalf - (digits >> 8);
    const count = digitsOfHalf + (digits & 0xff) - first;
    for (let index = 0; index < count; index += 1) target[at + index] = output[first + index] ?? 0;
    return count;
  }

  #activate(): void {
    this.#module.functions.begin();
    this.#module.input.set(this.#absorb(this.#seed));
    this.#module.owner = this;
  }

  #ofLong(bytes: Buffer): string {
    // What follows the seed overwrites it.
    this.#module.owner = undefined;
    const rest = this.#absorb(Buffer.concat([this.#seed.subarray(this.#seed.length - this.#tail), bytes]));
    this.#module.input.set(rest);
    return this.#finish(rest.length, this.#seed.length + bytes.length);
  }

  /** Hashes all whole blocks; answers with the bytes after them. */
  #absorb(bytes: Buffer): Buffer {
    const { functions, input } = this.#module;
    const whole = bytes.length - (bytes.length % blockBytes);
    for (let at = 0; at < whole; at += input.length) {
      const piece = bytes.subarray(at, Math.min(at + input.length, whole));
      input.set(piece);
      functions.absorb(piece.length);
    }
    return bytes.subarray(whole);
  }

  #finish(length: number, total: number): string {
    const digits = this.#module.functions.finish(length, total);
    const start = digitsOfHalf - (digits >> 8);
    return this.#module.output.toString('latin1', start, digitsOfHalf + (digits & 0xff));
  }
}
