import type { ScanCursor } from '../scan/scan-cursor.ts';
import { scanBlock, scanLength } from '../scan/scan-cursor.ts';
import type { Print } from './compile-printer.ts';
import { printText } from './print-text.ts';
import type { TextSink } from './text-sink.ts';

const [opening, closing, colon, comma] = [0x7b, 0x7d, 0x3a, 0x2c];

/** A printed entry: its key, and where it is in the sink. */
interface Entry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Prints a map as the object that has its entries: of a key that comes twice the last value, in the place of the first,
 * and keys that are array indexes before all others.
 * @throws Misread
 */
export function printMapEntries(cursor: ScanCursor, sink: TextSink, printValue: Print): void {
  sink.byte(opening);
  const begin = sink.position;
  const entries: Entry[] = [];
  for (let left = scanBlock(cursor); left > 0; left = scanBlock(cursor)) {
    for (; left > 0; left -= 1) {
      if (entries.length > 0) sink.byte(comma);
      const start = sink.position;
      const key = printKey(cursor, sink);
      sink.byte(colon);
      printValue(cursor, sink);
      entries.push({ key, start, end: sink.position });
    }
  }
  putInOrder(sink, begin, entries);
  sink.byte(closing);
}

function printKey(cursor: ScanCursor, sink: TextSink): string {
  const start = cursor.position;
  printText(cursor, sink);
  const end = cursor.position;
  cursor.position = start;
  scanLength(cursor);
  const key = cursor.bytes.toString('utf8', cursor.position, end);
  cursor.position = end;
  return key;
}

function putInOrder(sink: TextSink, begin: number, entries: readonly Entry[]): void {
  const ordered = Object.values(Object.fromEntries(entries.map((entry) => [entry.key, entry])));
  if (ordered.length === entries.length && ordered.every((entry, index) => entry === entries[index])) return;
  const printed = Buffer.from(sink.bytes.subarray(begin, sink.position));
  sink.position = begin;
  for (const { start, end } of ordered) {
    if (sink.position > begin) sink.byte(comma);
    sink.copy(printed.subarray(start - begin, end - begin));
  }
}
