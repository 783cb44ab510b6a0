import { printDouble as toText } from '../json-numbers.ts';
import type { ScanCursor } from '../scan/scan-cursor.ts';
import { scanLong } from '../scan/scan-cursor.ts';
import type { TextSink } from './text-sink.ts';

const [zero, minus, point] = [0x30, 0x2d, 0x2e];
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

/** Prints a `double`, of which amounts of money are common: what is a whole number of hundredths takes no text of its own. */
export function printDouble(value: number, sink: TextSink): void {
  const hundredths = Math.round(value * 100);
  if (hundredths / 100 !== value || Math.abs(hundredths) >= billion) {
    sink.ascii(toText(value));
    return;
  }
  sink.reserve(longestWhole);
  if (hundredths < 0) sink.bytes[sink.position++] = minus;
  const magnitude = Math.abs(hundredths);
  const whole = (magnitude / 100) | 0;
  printDigits(whole, digitsOf(whole), sink);
  const rest = magnitude - whole * 100;
  if (rest === 0) return;
  sink.bytes[sink.position++] = point;
  // No other decimal of so few digits is this double, so that the shortest that is has no more.
  if (rest % 10 === 0) printDigits(rest / 10, 1, sink);
  else printDigits(rest, 2, sink);
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
