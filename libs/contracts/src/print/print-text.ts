import { isUtf8 } from 'node:buffer';
import type { ScanCursor } from '../scan/scan-cursor.ts';
import { Misread, scanLength } from '../scan/scan-cursor.ts';
import type { TextSink } from './text-sink.ts';

const [quote, backslash] = [0x22, 0x5c];

/** Bytes that stand in a JSON text for themselves, whatever is around them. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== quote && byte !== backslash ? 1 : 0,
);

/** What stands for a character below U+0080 that does not stand for itself, as JSON.stringify has it. */
const escapes = Array.from({ length: 0x80 }, (_, code) =>
  Buffer.from(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

/** In each byte of a word. */
const [space, quotes, backslashes, ones, highBits] = [
  0x2020_2020, 0x2222_2222, 0x5c5c_5c5c, 0x0101_0101, 0x8080_8080,
];

/**
 * Sets the highest bit of a byte of the word unless all four stand for themselves: none is beyond ASCII, below a space, a
 * quote or a backslash. Taking something greater away from a byte sets its highest bit, and no other byte's unless that
 * one's is set.
 */
function unlikePlain(word: number): number {
  return (word - space) | ((word ^ quotes) - ones) | ((word ^ backslashes) - ones) | word;
}

/** Prints the Avro text at the cursor as a JSON text. @throws Misread */
export function printText(cursor: ScanCursor, sink: TextSink): void {
  const length = scanLength(cursor);
  const start = cursor.take(length);
  const { bytes, position: end } = cursor;
  sink.reserve(length + 2);
  const { bytes: target, view: words } = sink;
  const { view, base } = cursor;
  let to = sink.position;
  target[to++] = quote;
  let at = start;
  for (; at + 8 <= end; at += 8, to += 8) {
    const one = view.getInt32(base + at, true);
    const other = view.getInt32(base + at + 4, true);
    if (((unlikePlain(one) | unlikePlain(other)) & highBits) !== 0) break;
    words.setInt32(to, one, true);
    words.setInt32(to + 4, other, true);
  }
  if (at + 4 <= end) {
    const word = view.getInt32(base + at, true);
    if ((unlikePlain(word) & highBits) === 0) {
      words.setInt32(to, word, true);
      at += 4;
      to += 4;
    }
  }
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isPlain[byte] === 0) break;
    target[to++] = byte;
  }
  sink.position = to;
  if (at < end) {
    if (!isUtf8(bytes.subarray(at, end))) throw new Misread('is not valid UTF-8');
    for (; at < end; at += 1) printByte(bytes[at] ?? 0, sink);
    sink.byte(quote);
    return;
  }
  target[to] = quote;
  sink.position = to + 1;
}

function printByte(byte: number, sink: TextSink): void {
  const escape = isPlain[byte] === 0 ? escapes[byte] : undefined;
  if (escape === undefined) sink.byte(byte);
  else sink.copy(escape);
}

/** Prints the next `length` bytes as a JSON text of characters up to U+00FF, which is how Avro's JSON has bytes. */
export function printBytes(cursor: ScanCursor, length: number, sink: TextSink): void {
  const start = cursor.take(length);
  sink.text(JSON.stringify(cursor.bytes.toString('latin1', start, cursor.position)));
}
