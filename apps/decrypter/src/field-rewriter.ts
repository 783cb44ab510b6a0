import type { TextRewriter } from '@ccd/contracts';
import type { FieldCipher, MaskBytes } from '@ccd/privacy';

export interface FieldRewriterOptions {
  /** By the index of the path. */
  readonly isReadable: readonly boolean[];
  readonly isMasked: readonly boolean[];
  readonly mask: MaskBytes | undefined;
}

/** Decrypts and masks the fields of a derived stream, from bytes to bytes, with the cipher of one event after the other. */
export class FieldRewriter implements TextRewriter {
  readonly changes: readonly boolean[];
  readonly #isReadable: readonly boolean[];
  readonly #isMasked: readonly boolean[];
  readonly #mask: MaskBytes | undefined;
  #cipher: FieldCipher | undefined;

  constructor({ isReadable, isMasked, mask }: FieldRewriterOptions) {
    this.changes = isReadable.map((readable, path) => readable || isMasked[path] === true);
    this.#isReadable = isReadable;
    this.#isMasked = isMasked;
    this.#mask = mask;
  }

  /** The same, for an event of this cipher. */
  with(cipher: FieldCipher): this {
    this.#cipher = cipher;
    return this;
  }

  /** @throws DecryptionError */
  rewrite(path: number, source: Buffer, start: number, end: number, target: Buffer, at: number): number {
    const isMasked = this.#isMasked[path] === true;
    if (this.#isReadable[path] !== true) return this.#masked(source, start, end, target, at);
    if (this.#cipher === undefined) throw new TypeError('a rewriter is used with the cipher of an event');
    const length = this.#cipher.decryptBytes(source, start, end, target, at);
    return isMasked ? this.#masked(target, at, at + length, target, at) : length;
  }

  #masked(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
    if (this.#mask === undefined) throw new TypeError('a stream that masks fields has a mask');
    return this.#mask(source, start, end, target, at);
  }
}
