import { EventParseError } from '../errors.ts';
import type { RecordShape } from '../shape.ts';
import { compileWalk } from './compile-walk.ts';
import { metaLayoutOf } from './meta-layout.ts';
import { Misread, ScanCursor } from './scan-cursor.ts';
import { ScannedEvent } from './scanned-event.ts';
import { wantedPlaces } from './wanted.ts';

/** Reads events in Avro's binary encoding without building them. */
export interface EventScanner {
  /**
   * Checks all of the bytes from `start` on as the reader does, and marks the places of the paths that the scanner was
   * made for. What stands before `start` is kept when the event is spliced.
   * @throws EventParseError with the reader's words
   */
  scan(bytes: Buffer, start?: number): ScannedEvent;
}

/**
 * Compiles a scanner that marks the texts on the given paths, which the schema has, and the fields of `strmMeta`.
 * Undefined for a schema whose `strmMeta` has no room for what the gateway fills in.
 */
export function compileScanner(shape: RecordShape, paths: readonly string[]): EventScanner | undefined {
  const layout = metaLayoutOf(shape);
  if (layout === undefined) return undefined;
  const walk = compileWalk(shape, wantedPlaces(paths));
  const cursor = new ScanCursor();
  return {
    scan(bytes, start = 0) {
      cursor.begin(bytes, start);
      try {
        walk(cursor);
      } catch (error) {
        if (!(error instanceof Misread)) throw error;
        throw new EventParseError(error.path.toReversed().join('/'), error.problem);
      }
      if (cursor.position !== bytes.length) {
        throw new EventParseError('', `has ${bytes.length - cursor.position} bytes after its end`);
      }
      return new ScannedEvent(bytes, cursor.marks, layout);
    },
  };
}
