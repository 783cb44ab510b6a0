/** Writes new texts in the place of those on some paths. */
export interface TextRewriter {
  /** By the index of the path: whether its texts change at all. */
  readonly changes: readonly boolean[];
  /**
   * Writes what takes the place of a text, which is `source` from `start` to `end`, to `target` from `at` on, where
   * three times its length and 64 bytes more are free. Answers with how many bytes it wrote, of UTF-8.
   */
  rewrite(path: number, source: Buffer, start: number, end: number, target: Buffer, at: number): number;
}

const roomFor = (length: number): number => 3 * length + 64;

/** Bytes that events are put together in; grows as they come. */
export class SpliceSink {
  #bytes = Buffer.allocUnsafe(4_096);
  #position = 0;

  /** Bytes put in since the beginning. */
  get length(): number {
    return this.#position;
  }

  /** Takes back all but the first bytes. */
  truncate(length: number): void {
    this.#position = length;
  }

  begin(prefix: Uint8Array): void {
    this.#position = 0;
    this.#reserve(prefix.length);
    this.#bytes.set(prefix, 0);
    this.#position = prefix.length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = value;
  }

  /** A whole number of at most 2^52, zig-zag and of variable length. */
  long(value: number): void {
    this.#reserve(longestLong);
    this.#varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** A text behind its length in bytes. */
  text(text: string): void {
    const { length } = text;
    this.#reserve(longestLong + length * 3);
    const start = this.#position;
    if (length <= shortText && this.#shortAscii(text)) return;
    this.#position = start;
    this.#varint(length * 2);
    const textStart = this.#position;
    const written = this.#bytes.write(text, textStart);
    this.#position = textStart + written;
    if (written === length) return;
    // The length of a text that is not ASCII is known once it is written, and may need more room than its guess.
    const moved = start + varintSize(written * 2);
    if (moved !== textStart) this.#bytes.copyWithin(moved, textStart, textStart + written);
    this.#position = start;
    this.#varint(written * 2);
    this.#position = moved + written;
  }

  /** What takes the place of a text, which is `source` from `start` to `end`, behind its length in bytes. */
  rewritten(path: number, source: Buffer, start: number, end: number, rewriter: TextRewriter): void {
    this.#reserve(longestLong + roomFor(end - start));
    const before = this.#position;
    // Of the guess that its length takes one byte.
    const written = rewriter.rewrite(path, source, start, end, this.#bytes, before + 1);
    const size = varintSize(written * 2);
    if (size > 1) this.#bytes.copyWithin(before + size, before + 1, before + 1 + written);
    this.#varint(written * 2);
    this.#position = before + size + written;
  }

  copy(source: Buffer, from: number, to: number): void {
    const length = to - from;
    this.#reserve(length);
    const [target, start] = [this.#bytes, this.#position];
    if (length > shortCopy) source.copy(target, start, from, to);
    else for (let at = 0; at < length; at += 1) target[start + at] = source[from + at] ?? 0;
    this.#position = start + length;
  }

  /** A buffer of its own with what was put in. */
  done(): Buffer {
    const result = Buffer.allocUnsafe(this.#position);
    this.#bytes.copy(result, 0, 0, this.#position);
    return result;
  }

  #shortAscii(text: string): boolean {
    const { length } = text;
    this.#varint(length * 2);
    const [target, start] = [this.#bytes, this.#position];
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return false;
      target[start + at] = code;
    }
    this.#position = start + length;
    return true;
  }

  #varint(value: number): void {
    let left = value;
    for (; left >= 2 ** 31; left = Math.floor(left / 0x80)) {
      this.#bytes[this.#position++] = (left % 0x80) | 0x80;
    }
    for (; left >= 0x80; left >>>= 7) this.#bytes[this.#position++] = (left & 0x7f) | 0x80;
    this.#bytes[this.#position++] = left;
  }

  #reserve(length: number): void {
    const end = this.#position + length;
    if (end <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#position);
    this.#bytes = grown;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) size += 1;
  return size;
}

/** The longest encoding of what `long` takes. */
const longestLong = 10;
/** Up to here a loop is faster than a call that leaves JavaScript. */
const shortText = 32;
const shortCopy = 48;
