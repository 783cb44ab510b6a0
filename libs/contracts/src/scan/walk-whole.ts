import { EventParseError } from '../errors.ts';
import type { ScanCursor } from './scan-cursor.ts';
import { Misread } from './scan-cursor.ts';

/**
 * Stands the cursor at `start` and runs a walk, which has to end where the bytes do.
 * @throws EventParseError with the reader's words
 */
export function walkWhole<Out>(
  cursor: ScanCursor,
  bytes: Buffer,
  start: number,
  walk: (cursor: ScanCursor, out: Out) => void,
  out: Out,
): void {
  cursor.begin(bytes, start);
  try {
    walk(cursor, out);
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    throw new EventParseError(error.path.toReversed().join('/'), error.problem);
  }
  if (cursor.position !== bytes.length) {
    throw new EventParseError('', `has ${bytes.length - cursor.position} bytes after its end`);
  }
}
