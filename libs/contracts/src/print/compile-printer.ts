import { maxDepth } from '../avro-reader.ts';
import { printFloat } from '../json-numbers.ts';
import { Misread, scanBlock, scanBoolean, scanIndex, scanInt, scanLength } from '../scan/scan-cursor.ts';
import { ScanCursor } from '../scan/scan-cursor.ts';
import { walkWhole } from '../scan/walk-whole.ts';
import type { RecordShape, Shape } from '../shape.ts';
import { printMapEntries } from './print-map.ts';
import { printDouble, printLong, printWhole } from './print-number.ts';
import { printBytes, printText } from './print-text.ts';
import type { TextSink } from './text-sink.ts';
import { fixedText } from './text-sink.ts';

/** Passes one value, checks it, and prints it as plain JSON. @throws Misread */
export type Print = (cursor: ScanCursor, sink: TextSink) => void;

/**
 * Compiles a printer of events in Avro's binary encoding, from `start` of the bytes on: exactly the plain JSON that
 * reading the event and writing it gives, without the event. What was printed of bytes that are refused is taken back.
 * @throws EventParseError (the printer, with the reader's words)
 */
export function compilePrinter(shape: RecordShape): (bytes: Buffer, start: number, sink: TextSink) => void {
  const print = compileRecord(shape, new Map());
  const cursor = new ScanCursor();
  return (bytes, start, sink) => {
    const before = sink.position;
    try {
      walkWhole(cursor, bytes, start, print, sink);
    } catch (error) {
      sink.position = before;
      throw error;
    }
  };
}

function compile(shape: Shape, records: Map<RecordShape, Print>): Print {
  switch (shape.kind) {
    case 'record':
      return compileRecord(shape, records);
    case 'union': {
      const prints = shape.branches.map((branch) => compile(branch, records));
      return (cursor, sink) => {
        prints[scanIndex(cursor, prints.length)]?.(cursor, sink);
      };
    }
    case 'array':
      return compileArray(compile(shape.items, records));
    case 'map': {
      const printValue = compile(shape.values, records);
      return (cursor, sink) => {
        printMapEntries(cursor, sink, printValue);
      };
    }
    case 'enum': {
      const symbols = shape.symbols.map((symbol) => fixedText(JSON.stringify(symbol)));
      return (cursor, sink) => {
        sink.fixed(symbols[scanIndex(cursor, symbols.length)] ?? nullText);
      };
    }
    case 'fixed': {
      const { size } = shape;
      return (cursor, sink) => {
        printBytes(cursor, size, sink);
      };
    }
    default:
      return primitives[shape.kind];
  }
}

function compileArray(printItem: Print): Print {
  return (cursor, sink) => {
    sink.byte(opening);
    let isFirst = true;
    for (let left = scanBlock(cursor); left > 0; left = scanBlock(cursor)) {
      for (; left > 0; left -= 1) {
        if (!isFirst) sink.byte(comma);
        isFirst = false;
        printItem(cursor, sink);
      }
    }
    sink.byte(closing);
  };
}

function compileRecord(shape: RecordShape, records: Map<RecordShape, Print>): Print {
  const known = records.get(shape);
  if (known !== undefined) return known;
  const names = shape.fields.map(({ name }) => name);
  const prints: Print[] = [];
  const before = names.map((name, index) => fixedText(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`));
  const end = fixedText(names.length === 0 ? '{}' : '}');
  const print: Print = (cursor, sink) => {
    if ((cursor.depth += 1) > maxDepth) throw new Misread(`nests deeper than ${maxDepth} levels`);
    let index = 0;
    try {
      for (; index < prints.length; index += 1) {
        sink.fixed(before[index] ?? nullText);
        prints[index]?.(cursor, sink);
      }
    } catch (error) {
      if (error instanceof Misread) error.path.push(names[index] ?? '');
      throw error;
    }
    sink.fixed(end);
    cursor.depth -= 1;
  };
  // Known before its fields are, since they may refer to it.
  records.set(shape, print);
  for (const { shape: inner } of shape.fields) prints.push(compile(inner, records));
  return print;
}

const [opening, closing, comma] = [0x5b, 0x5d, 0x2c];
const nullText = fixedText('null');
const trueText = fixedText('true');
const falseText = fixedText('false');

const primitives = {
  null: (_cursor, sink) => {
    sink.fixed(nullText);
  },
  boolean: (cursor, sink) => {
    sink.fixed(scanBoolean(cursor) ? trueText : falseText);
  },
  int: (cursor, sink) => {
    printWhole(scanInt(cursor), sink);
  },
  long: printLong,
  float: (cursor, sink) => {
    sink.ascii(printFloat(cursor.bytes.readFloatLE(cursor.take(4))));
  },
  double: (cursor, sink) => {
    const at = cursor.take(8);
    printDouble(cursor.view.getFloat64(cursor.base + at, true), sink);
  },
  bytes: (cursor, sink) => {
    printBytes(cursor, scanLength(cursor), sink);
  },
  string: printText,
} as const satisfies Record<string, Print>;
