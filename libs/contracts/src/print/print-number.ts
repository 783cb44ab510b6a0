import type { ScanCursor } from '../scan/scan-cursor.ts';
import { scanLong } from '../scan/scan-cursor.ts';
import type { TextSink } from './text-sink.ts';

const [zero, minus] = [0x30, 0x2d];
const billion = 1e9;

/** Prints the `int` or `long` at the cursor, with all its digits. @throws Misread */
export function printLong(cursor: ScanCursor, sink: TextSink): void {
  const start = cursor.position;
  const value = scanLong(cursor);
  if (Number.isFinite(value)) printWhole(value, sink);
  else sink.ascii(String(exactLong(cursor.bytes, start, cursor.position)));
}

/** A whole number that a number holds exactly. */
export function printWhole(value: number, sink: TextSink): void {
  sink.reserve(longestWhole);
  const magnitude = Math.abs(value);
  if (value < 0) sink.bytes[sink.position++] = minus;
  if (magnitude < billion) {
    printDigits(magnitude, digitsOf(magnitude), sink);
    return;
  }
  const high = Math.floor(magnitude / billion);
  printDigits(high, digitsOf(high), sink);
  printDigits(magnitude - high * billion, 9, sink);
}

/** The sign and the digits of 2^53. */
const longestWhole = 17;

function digitsOf(value: number): number {
  let digits = 1;
  for (let left = (value / 10) | 0; left > 0; left = (left / 10) | 0) digits += 1;
  return digits;
}

/** Less than 2^31, with zeros before it. */
function printDigits(value: number, digits: number, sink: TextSink): void {
  const [target, start] = [sink.bytes, sink.position];
  let left = value | 0;
  for (let at = start + digits - 1; at >= start; at -= 1) {
    const rest = (left / 10) | 0;
    target[at] = zero + left - rest * 10;
    left = rest;
  }
  sink.position = start + digits;
}

/** What the scan could not hold in a number; it has checked the bytes. */
function exactLong(bytes: Buffer, start: number, end: number): bigint {
  let value = 0n;
  for (let at = end - 1; at >= start; at -= 1) value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  return (value >> 1n) ^ -(value & 1n);
}
