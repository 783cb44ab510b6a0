import { indexOfName } from './name-index.ts';
import type { RecordShape, Shape } from './shape.ts';
import { branchName, describeShape, optionalOf } from './shape.ts';
import type { EventRecord } from './types.ts';

/** A value in memory is not of its schema: a fault of this program, since events are checked when they come in. */
export class EventEncodeError extends Error {
  override readonly name = 'EventEncodeError';
  readonly expected: string;

  constructor(shape: Shape) {
    super(`a value is not ${describeShape(shape)}`);
    this.expected = describeShape(shape);
  }
}

/**
 * Grows as it is written to; one serves all writes of a compiled writer. The place is reserved in a statement of its
 * own, before `bytes` is looked at, since that may replace the buffer.
 */
class Sink {
  bytes = Buffer.allocUnsafe(1024);
  position = 0;

  reserve(length: number): number {
    const start = this.position;
    const end = start + length;
    if (end > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, start);
      this.bytes = grown;
    }
    this.position = end;
    return start;
  }
}

type Write = (sink: Sink, value: unknown) => void;

/** Compiles a writer of Avro's binary encoding for events as the reader builds them. `prefix` goes before each. */
export function compileWriter(shape: RecordShape): (event: EventRecord, prefix: Uint8Array) => Buffer {
  const write = compileRecord(shape, new Map());
  const sink = new Sink();
  return (event, prefix) => {
    sink.position = 0;
    const at = sink.reserve(prefix.length);
    sink.bytes.set(prefix, at);
    write(sink, event);
    return Buffer.from(sink.bytes.subarray(0, sink.position));
  };
}

function compile(shape: Shape, records: Map<RecordShape, Write>): Write {
  switch (shape.kind) {
    case 'record':
      return compileRecord(shape, records);
    case 'union':
      return compileUnion(shape.branches, shape, records);
    case 'array': {
      const writeItem = compile(shape.items, records);
      return (sink, value) => {
        if (!Array.isArray(value)) throw new EventEncodeError(shape);
        if (value.length > 0) writeLong(sink, value.length);
        for (const item of value) writeItem(sink, item);
        writeLong(sink, 0);
      };
    }
    case 'map': {
      const writeValue = compile(shape.values, records);
      return (sink, value) => {
        if (typeof value !== 'object' || value === null) throw new EventEncodeError(shape);
        const entries = Object.entries(value);
        if (entries.length > 0) writeLong(sink, entries.length);
        for (const [key, inner] of entries) {
          writeString(sink, key);
          writeValue(sink, inner);
        }
        writeLong(sink, 0);
      };
    }
    case 'enum':
      return (sink, value) => {
        const index = indexOfName(shape.symbols, String(value), (symbol) => symbol);
        if (index < 0) throw new EventEncodeError(shape);
        writeLong(sink, index);
      };
    case 'fixed':
      return (sink, value) => {
        if (!Buffer.isBuffer(value) || value.length !== shape.size) throw new EventEncodeError(shape);
        const at = sink.reserve(value.length);
        value.copy(sink.bytes, at);
      };
    default:
      return primitives[shape.kind];
  }
}

function compileUnion(branches: readonly Shape[], union: Shape, records: Map<RecordShape, Write>): Write {
  const optional = optionalOf(union) !== undefined;
  const writers = branches.map((branch) => ({ name: branchName(branch), write: compile(branch, records) }));
  const nullBranch = branches.findIndex(({ kind }) => kind === 'null');
  return (sink, value) => {
    if (value === null || value === undefined) {
      if (nullBranch < 0) throw new EventEncodeError(union);
      writeLong(sink, nullBranch);
      return;
    }
    const [tag, inner]: [unknown, unknown] = optional
      ? [writers[1 - nullBranch]?.name, value]
      : (Object.entries(value)[0] ?? ['', undefined]);
    const index = typeof tag === 'string' ? indexOfName(writers, tag, ({ name }) => name) : -1;
    const writer = writers[index];
    if (writer === undefined) throw new EventEncodeError(union);
    writeLong(sink, index);
    writer.write(sink, inner);
  };
}

function compileRecord(shape: RecordShape, records: Map<RecordShape, Write>): Write {
  const known = records.get(shape);
  if (known !== undefined) return known;
  const fields: { name: string; write: Write }[] = [];
  const write: Write = (sink, value) => {
    if (typeof value !== 'object' || value === null) throw new EventEncodeError(shape);
    const record = value as EventRecord;
    for (const field of fields) field.write(sink, record[field.name]);
  };
  records.set(shape, write);
  for (const { name, shape: inner } of shape.fields) fields.push({ name, write: compile(inner, records) });
  return write;
}

const primitives: Record<
  'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string',
  Write
> = {
  null: (_sink, value) => {
    if (value !== null) throw new EventEncodeError({ kind: 'null' });
  },
  boolean: (sink, value) => {
    if (typeof value !== 'boolean') throw new EventEncodeError({ kind: 'boolean' });
    const at = sink.reserve(1);
    sink.bytes[at] = value ? 1 : 0;
  },
  int: (sink, value) => {
    if (typeof value !== 'number' || value !== (value | 0)) throw new EventEncodeError({ kind: 'int' });
    writeLong(sink, value);
  },
  long: (sink, value) => {
    if (typeof value === 'bigint') writeBigLong(sink, value);
    else if (Number.isSafeInteger(value)) writeLong(sink, value as number);
    else throw new EventEncodeError({ kind: 'long' });
  },
  float: (sink, value) => {
    if (typeof value !== 'number') throw new EventEncodeError({ kind: 'float' });
    const at = sink.reserve(4);
    sink.bytes.writeFloatLE(value, at);
  },
  double: (sink, value) => {
    if (typeof value !== 'number') throw new EventEncodeError({ kind: 'double' });
    const at = sink.reserve(8);
    sink.bytes.writeDoubleLE(value, at);
  },
  bytes: (sink, value) => {
    if (!Buffer.isBuffer(value)) throw new EventEncodeError({ kind: 'bytes' });
    writeLong(sink, value.length);
    const at = sink.reserve(value.length);
    value.copy(sink.bytes, at);
  },
  string: (sink, value) => {
    if (typeof value !== 'string') throw new EventEncodeError({ kind: 'string' });
    writeString(sink, value);
  },
};

function writeString(sink: Sink, text: string): void {
  const length = Buffer.byteLength(text);
  writeLong(sink, length);
  const start = sink.reserve(length);
  sink.bytes.write(text, start);
}

function writeLong(sink: Sink, value: number): void {
  if (value < -0x4000_0000 || value >= 0x4000_0000) {
    writeBigLong(sink, BigInt(value));
    return;
  }
  let left = value < 0 ? -value * 2 - 1 : value * 2;
  while (left >= 0x80) {
    const at = sink.reserve(1);
    sink.bytes[at] = (left & 0x7f) | 0x80;
    left >>>= 7;
  }
  const at = sink.reserve(1);
  sink.bytes[at] = left;
}

function writeBigLong(sink: Sink, value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) throw new EventEncodeError({ kind: 'long' });
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (;;) {
    const byte = Number(left & 0x7fn);
    left >>= 7n;
    const at = sink.reserve(1);
    sink.bytes[at] = left === 0n ? byte : byte | 0x80;
    if (left === 0n) return;
  }
}
