/** Texts put together as their UTF-8 bytes, one after the other; grows as they come. */
export class TextSink {
  /** Up to `position` they are written. Replaced by larger ones when they are full. */
  bytes: Buffer = Buffer.allocUnsafeSlow(firstBytes);
  /** The same bytes. */
  view = viewOf(this.bytes);
  position = 0;

  /** Makes room for so many bytes more. */
  reserve(length: number): void {
    const end = this.position + length;
    if (end <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.position);
    this.#use(grown);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.position++] = value;
  }

  copy(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.position);
    this.position += source.length;
  }

  fixed({ words, length }: FixedText): void {
    // Words are written whole: what is behind the text is overwritten by what comes next.
    this.reserve(words.length * wordBytes);
    const { view, position } = this;
    for (let index = 0; index < words.length; index += 1) {
      view.setFloat64(position + index * wordBytes, words[index] ?? 0, true);
    }
    this.position = position + length;
  }

  /** Any text; what is half a character becomes U+FFFD. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.position += this.bytes.write(text, this.position);
  }

  /** A text of ASCII characters only. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const [target, start] = [this.bytes, this.position];
    for (let at = 0; at < length; at += 1) target[start + at] = text.charCodeAt(at);
    this.position = start + length;
  }

  /** All that was written since the last time, until something is written again. */
  lend(): Buffer {
    const lent = this.bytes.subarray(0, this.position);
    this.position = 0;
    // One large event must not be remembered for good.
    if (this.bytes.length > keptBytes) this.#use(Buffer.allocUnsafeSlow(firstBytes));
    return lent;
  }

  /** The same as a buffer of its own. */
  take(): Buffer {
    return Buffer.from(this.lend());
  }

  #use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

/**
 * A text of ASCII that is printed often, as words of eight bytes: copying bytes one by one takes most of the time of a
 * printer. The words are numbers, of which no ASCII makes one that is NaN, and which are copied as they are for that.
 */
export interface FixedText {
  readonly words: Float64Array;
  /** In bytes. */
  readonly length: number;
}

export function fixedText(text: string): FixedText {
  const { length } = Buffer.from(text);
  const padded = Buffer.alloc(Math.ceil(length / wordBytes) * wordBytes);
  padded.write(text);
  const words = Float64Array.from({ length: padded.length / wordBytes }, (_, index) =>
    padded.readDoubleLE(index * wordBytes),
  );
  return { words, length };
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);

const wordBytes = 8;
const firstBytes = 64 * 1024;
const keptBytes = 1024 * 1024;
