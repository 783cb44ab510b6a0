import { isUtf8 } from 'node:buffer';
import { maxItems } from '../avro-reader.ts';
import { Mark } from './marks.ts';

/**
 * Bytes that are not of their schema. Where they stand is added on the way out, record by record, since a good event
 * should not pay for the path of an error.
 */
export class Misread extends Error {
  override readonly name = 'Misread';
  readonly problem: string;
  /** Names of fields, innermost first. */
  readonly path: string[] = [];

  constructor(problem: string) {
    super(problem);
    this.problem = problem;
  }
}

/** Where a scan stands, and what it has marked. Every step checks the end first: a length that lies costs nothing. */
export class ScanCursor {
  bytes: Buffer = noBytes;
  /** The memory that the bytes are a part of, from `base` on: for looking at several bytes at once. */
  view: DataView = new DataView(noBytes.buffer);
  base = 0;
  position = 0;
  depth = 0;
  items = 0;
  /**
   * The marks so far: a list and not an array, since V8 allots arrays of a place where many were held for a while as if
   * all of them would last, for good.
   */
  marks: Mark | undefined = undefined;
  #lastMark: Mark | undefined = undefined;

  begin(bytes: Buffer, start = 0): void {
    this.bytes = bytes;
    const { buffer } = bytes;
    // Events come in batches that share their memory.
    if (buffer !== this.view.buffer) this.view = new DataView(buffer);
    this.base = bytes.byteOffset;
    this.position = start;
    this.depth = 0;
    this.items = 0;
    this.marks = undefined;
    this.#lastMark = undefined;
  }

  /** Marks what was passed since `start`. */
  mark(what: number, start: number, textStart: number, isAscii: boolean): void {
    const mark = new Mark(what, start, this.position, textStart, isAscii);
    if (this.#lastMark === undefined) this.marks = mark;
    else this.#lastMark.next = mark;
    this.#lastMark = mark;
  }

  /** Passes `length` bytes and returns where they begin. */
  take(length: number): number {
    const start = this.position;
    if (length > this.bytes.length - start) throw new Misread('ends before its value does');
    this.position = start + length;
    return start;
  }
}

const noBytes = Buffer.alloc(0);

/** A zig-zag number of variable length; those beyond 2^52 become an infinity of their sign, and none is exact there. */
export function scanLong(cursor: ScanCursor): number {
  const { bytes, position } = cursor;
  const first = bytes[position];
  if (first === undefined) throw new Misread('ends before its value does');
  if (first < 0x80) {
    cursor.position = position + 1;
    return (first >>> 1) ^ -(first & 1);
  }
  let value = first & 0x7f;
  let at = position + 1;
  // What fits into a small integer is put together as one.
  for (let shift = 7; shift < 28; at += 1, shift += 7) {
    const byte = bytes[at];
    if (byte === undefined) throw new Misread('ends before its value does');
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      cursor.position = at + 1;
      return (value >>> 1) ^ -(value & 1);
    }
  }
  let factor = 2 ** 28;
  for (; ; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) throw new Misread('ends before its value does');
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      // The tenth byte has room for one bit of the 64.
      if (at - position === 9 && byte > 1) throw new Misread('is out of the range of a long');
      cursor.position = at + 1;
      break;
    }
    if (at - position === 9) throw new Misread('is out of the range of a long');
    factor *= 0x80;
  }
  if (value >= 2 ** 53) return (first & 1) === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

export function scanInt(cursor: ScanCursor): number {
  const value = scanLong(cursor);
  if (value !== (value | 0)) throw new Misread('is out of the range of an int');
  return value;
}

export function scanLength(cursor: ScanCursor): number {
  const length = scanLong(cursor);
  if (length < 0 || length === Number.POSITIVE_INFINITY) throw new Misread('has a length that is none');
  return length;
}

/** The number of a choice among `count`. */
export function scanIndex(cursor: ScanCursor, count: number): number {
  const index = scanLong(cursor);
  if (index < 0 || index >= count) {
    throw new Misread(`names a choice that its schema does not have (${count} there are)`);
  }
  return index;
}

export function scanBoolean(cursor: ScanCursor): boolean {
  const byte = cursor.bytes[cursor.take(1)];
  if (byte !== 0 && byte !== 1) throw new Misread('is not a boolean');
  return byte === 1;
}

/**
 * Begins a block of items and returns how many it has; 0 after the last block. A negative count is followed by the
 * block's size in bytes.
 */
export function scanBlock(cursor: ScanCursor): number {
  let count = scanLong(cursor);
  if (count < 0) {
    count = -count;
    scanLength(cursor);
  }
  // Items without bytes (null) would let a few bytes ask for any number of them.
  if (count > maxItems - cursor.items) {
    throw new Misread(`has more than ${maxItems} elements, or a length that is none`);
  }
  cursor.items += count;
  return count;
}

/** Longer texts are left to a function that looks at many bytes at once. */
const shortText = 128;

/** The highest bit of each byte of a word. */
const beyondAscii = 0x8080_8080;

/** Passes a text's bytes and returns whether all of them are known to be ASCII. */
export function scanTextBytes(cursor: ScanCursor, length: number): boolean {
  const start = cursor.take(length);
  const { bytes, position: end } = cursor;
  if (length <= shortText) {
    const { view, base } = cursor;
    let at = start;
    while (at + 4 <= end && (view.getInt32(base + at, true) & beyondAscii) === 0) at += 4;
    while (at < end && (bytes[at] ?? 0) < 0x80) at += 1;
    if (at === end) return true;
  }
  if (!isUtf8(bytes.subarray(start, end))) throw new Misread('is not valid UTF-8');
  return false;
}

export function scanText(cursor: ScanCursor): void {
  scanTextBytes(cursor, scanLength(cursor));
}
