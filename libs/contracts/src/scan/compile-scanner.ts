import type { RecordShape } from '../shape.ts';
import { compileWalk } from './compile-walk.ts';
import { metaMarks } from './marks.ts';
import { metaLayoutOf } from './meta-layout.ts';
import { ScanCursor } from './scan-cursor.ts';
import { ScannedEvent } from './scanned-event.ts';
import { walkWhole } from './walk-whole.ts';
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

/** A part of `strmMeta` that a scanner may mark. */
export type MetaPart = keyof typeof metaMarks;

const everyPart = Object.keys(metaMarks).filter((name): name is MetaPart => name in metaMarks);

/**
 * Compiles a scanner that marks the texts on the given paths, which the schema has, and these parts of `strmMeta`, all
 * unless given: what is not marked can neither be read nor stamped, and costs less.
 * Undefined for a schema whose `strmMeta` has no room for what the gateway fills in.
 */
export function compileScanner(
  shape: RecordShape,
  paths: readonly string[],
  parts: readonly MetaPart[] = everyPart,
): EventScanner | undefined {
  const layout = metaLayoutOf(shape);
  if (layout === undefined) return undefined;
  const walk = compileWalk(shape, wantedPlaces(paths, parts));
  const cursor = new ScanCursor();
  return {
    scan(bytes, start = 0) {
      walkWhole(cursor, bytes, start, walk, undefined);
      return new ScannedEvent(bytes, cursor.marks, layout);
    },
  };
}
