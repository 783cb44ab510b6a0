import { maxDepth } from '../avro-reader.ts';
import type { RecordShape, Shape } from '../shape.ts';
import { optionalOf } from '../shape.ts';
import { isTextMark } from './marks.ts';
import type { ScanCursor } from './scan-cursor.ts';
import {
  Misread,
  scanBlock,
  scanBoolean,
  scanIndex,
  scanInt,
  scanLength,
  scanLong,
  scanText,
  scanTextBytes,
} from './scan-cursor.ts';
import type { Wanted } from './wanted.ts';
import { nothingWanted } from './wanted.ts';

/** Passes one value, checks it, and marks what is wanted in it. @throws Misread */
export type Walk = (cursor: ScanCursor) => void;

/** Compiles the walk over a shape. Records may refer to themselves; what is wanted ends after finitely many steps. */
export function compileWalk(shape: Shape, wanted: Wanted, known = new Map<Shape, Walk>()): Walk {
  const whole = wanted.marks.filter((mark) => !isTextMark(mark));
  if (whole.length > 0) {
    const marks = wanted.marks.filter(isTextMark);
    const walk = compileWalk(shape, { ...wanted, marks }, known);
    return (cursor) => {
      const start = cursor.position;
      walk(cursor);
      for (const mark of whole) cursor.mark(mark, start, start, false);
    };
  }
  switch (shape.kind) {
    case 'record':
      return compileRecord(shape, wanted, known);
    case 'union': {
      // Paths lead through optional values and lists, and nowhere else.
      const inner = optionalOf(shape) === undefined ? nothingWanted : wanted;
      const walks = shape.branches.map((branch) => compileWalk(branch, inner, known));
      return (cursor) => {
        walks[scanIndex(cursor, walks.length)]?.(cursor);
      };
    }
    case 'array': {
      const walkItem = compileWalk(shape.items, wanted, known);
      return (cursor) => {
        walkBlocks(cursor, walkItem);
      };
    }
    case 'map': {
      const walkValue = compileWalk(shape.values, nothingWanted, known);
      return (cursor) => {
        walkBlocks(cursor, (at) => {
          scanText(at);
          walkValue(at);
        });
      };
    }
    case 'enum': {
      const { length } = shape.symbols;
      return (cursor) => {
        scanIndex(cursor, length);
      };
    }
    case 'fixed': {
      const { size } = shape;
      return (cursor) => {
        cursor.take(size);
      };
    }
    case 'string':
      return wanted.marks.length === 0 ? scanText : markText(wanted.marks);
    default:
      return primitives[shape.kind];
  }
}

function markText(marks: readonly number[]): Walk {
  return (cursor) => {
    const start = cursor.position;
    const length = scanLength(cursor);
    const textStart = cursor.position;
    const isAscii = scanTextBytes(cursor, length);
    for (const mark of marks) cursor.mark(mark, start, textStart, isAscii);
  };
}

function compileRecord(shape: RecordShape, wanted: Wanted, known: Map<Shape, Walk>): Walk {
  const isPlain = wanted.below.size === 0;
  const before = isPlain ? known.get(shape) : undefined;
  if (before !== undefined) return before;
  const names = shape.fields.map(({ name }) => name);
  const walks: Walk[] = [];
  const walk: Walk = (cursor) => {
    if ((cursor.depth += 1) > maxDepth) throw new Misread(`nests deeper than ${maxDepth} levels`);
    let index = 0;
    try {
      for (; index < walks.length; index += 1) walks[index]?.(cursor);
    } catch (error) {
      if (error instanceof Misread) error.path.push(names[index] ?? '');
      throw error;
    }
    cursor.depth -= 1;
  };
  // Known before its fields are, since they may refer to it.
  if (isPlain) known.set(shape, walk);
  for (const { name, shape: inner } of shape.fields) {
    walks.push(compileWalk(inner, wanted.below.get(name) ?? nothingWanted, known));
  }
  return walk;
}

function walkBlocks(cursor: ScanCursor, walkItem: Walk): void {
  for (let left = scanBlock(cursor); left > 0; left = scanBlock(cursor)) {
    for (; left > 0; left -= 1) walkItem(cursor);
  }
}

const primitives = {
  null: () => {},
  boolean: (cursor) => {
    scanBoolean(cursor);
  },
  int: (cursor) => {
    scanInt(cursor);
  },
  long: (cursor) => {
    scanLong(cursor);
  },
  float: (cursor) => {
    cursor.take(4);
  },
  double: (cursor) => {
    cursor.take(8);
  },
  bytes: (cursor) => {
    cursor.take(scanLength(cursor));
  },
} as const satisfies Record<string, Walk>;
