import { EventParseError } from './errors.ts';
import type { RecordShape, Shape } from './shape.ts';
import { branchName, optionalOf } from './shape.ts';
import type { EventRecord } from './types.ts';

/** Recursive schemas nest as deep as their data; data of senders nests no deeper than this. */
export const maxDepth = 64;

/** Elements of lists and entries of maps that one event has at most, together. */
export const maxItems = 100_000;

/** Where a reader stands. Every read checks the end first: a length that lies costs nothing. */
class Cursor {
  position = 0;
  depth = 0;
  items = 0;
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(length: number): number {
    const start = this.position;
    if (length < 0 || length > this.bytes.length - start) throw new Truncated();
    this.position = start + length;
    return start;
  }
}

/** The bytes end inside a value; caught where the name of the field is known. */
class Truncated extends Error {}

type Read = (cursor: Cursor, path: string) => unknown;

/**
 * Compiles a reader of Avro's binary encoding that builds plain objects. Longs beyond 2^53 are bigint, bytes and fixed
 * are Buffers, a union of null and one type gives the value itself, any other union `{ <branch>: value }` or null.
 */
export function compileReader(shape: RecordShape): (bytes: Buffer) => EventRecord {
  const read = compileRecord(shape, new Map());
  return (bytes) => {
    const cursor = new Cursor(bytes);
    const event = read(cursor, '') as EventRecord;
    if (cursor.position !== bytes.length) {
      throw new EventParseError('', `has ${bytes.length - cursor.position} bytes after its end`);
    }
    return event;
  };
}

function compile(shape: Shape, records: Map<RecordShape, Read>): Read {
  const optional = optionalOf(shape);
  if (optional !== undefined && shape.kind === 'union') {
    const readValue = compile(optional, records);
    const nullBranch = shape.branches.findIndex(({ kind }) => kind === 'null');
    return (cursor, path) => {
      const branch = readIndex(cursor, 2, path);
      return branch === nullBranch ? null : readValue(cursor, path);
    };
  }
  switch (shape.kind) {
    case 'record':
      return compileRecord(shape, records);
    case 'union': {
      const readers = shape.branches.map((branch) => ({
        name: branchName(branch),
        read: compile(branch, records),
      }));
      return (cursor, path) => {
        const branch = readers[readIndex(cursor, readers.length, path)];
        if (branch === undefined || branch.name === 'null') return null;
        return { [branch.name]: branch.read(cursor, path) };
      };
    }
    case 'array': {
      const readItem = compile(shape.items, records);
      return (cursor, path) => {
        const items: unknown[] = [];
        readBlocks(cursor, path, () => items.push(readItem(cursor, path)));
        return items;
      };
    }
    case 'map': {
      const readValue = compile(shape.values, records);
      return (cursor, path) => {
        const entries: [string, unknown][] = [];
        readBlocks(cursor, path, () => entries.push([readString(cursor, path), readValue(cursor, path)]));
        return Object.fromEntries(entries);
      };
    }
    case 'enum':
      return (cursor, path) => shape.symbols[readIndex(cursor, shape.symbols.length, path)];
    case 'fixed':
      return (cursor) => {
        const start = cursor.take(shape.size);
        return Buffer.from(cursor.bytes.subarray(start, cursor.position));
      };
    default:
      return primitives[shape.kind];
  }
}

function compileRecord(shape: RecordShape, records: Map<RecordShape, Read>): Read {
  const known = records.get(shape);
  if (known !== undefined) return known;
  const fields: { name: string; read: Read }[] = [];
  const read: Read = (cursor, path) => {
    if ((cursor.depth += 1) > maxDepth)
      throw new EventParseError(path, `nests deeper than ${maxDepth} levels`);
    const record: EventRecord = {};
    for (const field of fields) {
      const fieldPath = path === '' ? field.name : `${path}/${field.name}`;
      try {
        record[field.name] = field.read(cursor, fieldPath);
      } catch (error) {
        if (!(error instanceof Truncated)) throw error;
        throw new EventParseError(fieldPath, 'ends before its value does');
      }
    }
    cursor.depth -= 1;
    return record;
  };
  records.set(shape, read);
  for (const { name, shape: inner } of shape.fields) fields.push({ name, read: compile(inner, records) });
  return read;
}

const primitives = {
  null: () => null,
  boolean: (cursor, path) => {
    const byte = cursor.bytes[cursor.take(1)];
    if (byte !== 0 && byte !== 1) throw new EventParseError(path, 'is not a boolean');
    return byte === 1;
  },
  int: (cursor, path) => {
    const value = readLong(cursor, path);
    if (typeof value === 'bigint' || value !== (value | 0)) {
      throw new EventParseError(path, 'is out of the range of an int');
    }
    return value;
  },
  long: readLong,
  float: (cursor) => cursor.bytes.readFloatLE(cursor.take(4)),
  double: (cursor) => cursor.bytes.readDoubleLE(cursor.take(8)),
  bytes: (cursor, path) => {
    const start = cursor.take(readLength(cursor, path));
    return Buffer.from(cursor.bytes.subarray(start, cursor.position));
  },
  string: readString,
} as const satisfies Record<string, Read>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readString(cursor: Cursor, path: string): string {
  const start = cursor.take(readLength(cursor, path));
  try {
    return decoder.decode(cursor.bytes.subarray(start, cursor.position));
  } catch {
    throw new EventParseError(path, 'is not valid UTF-8');
  }
}

/** Where the scanner of bytes gives up too, so that both say the same. */
const maxLength = 2 ** 52;

function readLength(cursor: Cursor, path: string): number {
  const length = readLong(cursor, path);
  if (typeof length === 'bigint' || length < 0 || length >= maxLength) {
    throw new EventParseError(path, 'has a length that is none');
  }
  return length;
}

function readIndex(cursor: Cursor, count: number, path: string): number {
  const index = readLong(cursor, path);
  if (typeof index === 'bigint' || index < 0 || index >= count) {
    throw new EventParseError(path, `names a choice that its schema does not have (${count} there are)`);
  }
  return index;
}

/** Blocks of items, each with its count; a negative count is followed by the block's size in bytes. */
function readBlocks(cursor: Cursor, path: string, readItem: () => void): void {
  for (;;) {
    let count = readLong(cursor, path);
    if (count === 0) return;
    if (count < 0) {
      count = -count;
      readLength(cursor, path);
    }
    // Items without bytes (null) would let a few bytes ask for any number of them.
    if (count > maxItems - cursor.items) {
      throw new EventParseError(path, `has more than ${maxItems} elements, or a length that is none`);
    }
    cursor.items += Number(count);
    for (let left = Number(count); left > 0; left -= 1) readItem();
  }
}

/** Variable-length zig-zag: a number while it is safe, a bigint beyond. */
function readLong(cursor: Cursor, path: string): number | bigint {
  const { bytes } = cursor;
  let value = 0;
  let factor = 1;
  for (let index = 0; index < 7; index += 1) {
    const byte = bytes[cursor.take(1)] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    factor *= 0x80;
  }
  return readBigLong(cursor, BigInt(value), path);
}

function readBigLong(cursor: Cursor, low: bigint, path: string): number | bigint {
  let value = low;
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.take(1)] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (value >= 1n << 64n) break;
      const signed = (value >> 1n) ^ -(value & 1n);
      return BigInt(Number(signed)) === signed && Number.isSafeInteger(Number(signed))
        ? Number(signed)
        : signed;
    }
  }
  throw new EventParseError(path, 'is out of the range of a long');
}
