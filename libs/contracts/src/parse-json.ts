import { isUtf8 } from 'node:buffer';
import { EventParseError } from './errors.ts';

/** @throws EventParseError without the parser's own message, which quotes the text: it may hold personal data */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EventParseError('', 'is not JSON');
  }
}

/** @throws EventParseError where a lenient decoder would put other characters into a person's data */
export function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new EventParseError('', 'is not valid UTF-8');
  return bytes.toString();
}
