import { maxDepth, maxItems } from './avro-reader.ts';
import { EventParseError } from './errors.ts';
import { indexOfName } from './name-index.ts';
import type { FieldShape, RecordShape, Shape } from './shape.ts';
import { branchName, describeShape, optionalOf } from './shape.ts';
import type { EventRecord } from './types.ts';

/**
 * Turns parsed JSON into an event as the binary reader builds it. Takes both flavours that senders use: Avro JSON with
 * tagged unions, and plain JSON with untagged unions and absent fields where a default or null will do. A field that
 * the schema does not have is an error: dropping it would lose what the sender meant to send.
 */
export function fromJson(shape: RecordShape, json: unknown): EventRecord {
  return readRecord(shape, json, '', new Reading());
}

/** Untagged unions are read by trying; a body of nothing but misfits would be tried without end. */
const maxMisfits = 10_000;

/** What one event has cost so far. */
class Reading {
  depth = 0;
  items = 0;
  misfits = 0;

  count(items: number, path: string): void {
    this.items += items;
    if (this.items > maxItems) throw new TooCostlyError(path, `has more than ${maxItems} elements`);
  }

  misfit(path: string): void {
    this.misfits += 1;
    if (this.misfits > maxMisfits) throw new TooCostlyError(path, 'fits too few branches of its unions');
  }
}

/** Ends the reading, where other errors let a union try its next branch. */
class TooCostlyError extends EventParseError {}

function read(shape: Shape, json: unknown, path: string, reading: Reading): unknown {
  switch (shape.kind) {
    case 'record':
      return readRecord(shape, json, path, reading);
    case 'union':
      return readUnion(shape.branches, shape, json, path, reading);
    case 'array':
      if (!Array.isArray(json)) throw mismatch(shape, path);
      reading.count(json.length, path);
      return json.map((item) => read(shape.items, item, path, reading));
    case 'map':
      if (!isObject(json)) throw mismatch(shape, path);
      return Object.fromEntries(
        counted(Object.entries(json), reading, path).map(([key, value]) => [
          key,
          read(shape.values, value, path, reading),
        ]),
      );
    case 'enum':
      if (typeof json !== 'string' || indexOfName(shape.symbols, json, (symbol) => symbol) < 0) {
        throw mismatch(shape, path);
      }
      return json;
    case 'fixed': {
      const bytes = readBytes(json);
      if (bytes?.length !== shape.size) throw mismatch(shape, path);
      return bytes;
    }
    default:
      return readPrimitive(shape, json, path);
  }
}

function readPrimitive(shape: Shape, json: unknown, path: string): unknown {
  switch (shape.kind) {
    case 'null':
      if (json === null) return json;
      break;
    case 'boolean':
      if (typeof json === 'boolean') return json;
      break;
    case 'int':
      if (typeof json === 'number' && json === (json | 0)) return json;
      break;
    case 'long':
      // What JSON has rounded must not pass for the sender's value; parseExactJson keeps whole numbers as bigint.
      if (typeof json === 'number' && Number.isSafeInteger(json)) return json;
      if (typeof json === 'bigint' && BigInt.asIntN(64, json) === json) return json;
      break;
    case 'float':
    case 'double': {
      const number = readFloating(json, shape.kind === 'float' ? Math.fround : (exact) => exact);
      if (number !== undefined) return number;
      break;
    }
    case 'string':
      if (typeof json === 'string') return json;
      break;
    case 'bytes': {
      const bytes = readBytes(json);
      if (bytes !== undefined) return bytes;
      break;
    }
    default:
  }
  throw mismatch(shape, path);
}

/** What Avro JSON writes where JSON has no number. */
const notFinite: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** A number that is too large for its type is none, rather than infinity. */
function readFloating(json: unknown, round: (exact: number) => number): number | undefined {
  if (typeof json !== 'number' && typeof json !== 'bigint') return notFinite.get(json);
  const rounded = round(Number(json));
  return Number.isFinite(rounded) ? rounded : undefined;
}

/** Avro JSON writes bytes as text, one character a byte. */
function readBytes(json: unknown): Buffer | undefined {
  if (typeof json !== 'string') return undefined;
  const bytes = Buffer.from(json, 'latin1');
  return bytes.toString('latin1') === json ? bytes : undefined;
}

function readRecord(shape: RecordShape, json: unknown, path: string, reading: Reading): EventRecord {
  if ((reading.depth += 1) > maxDepth) throw new TooCostlyError(path, `nests deeper than ${maxDepth} levels`);
  if (!isObject(json)) throw mismatch(shape, path);
  const record: EventRecord = {};
  let found = 0;
  for (const field of shape.fields) {
    const fieldPath = join(path, field.name);
    if (Object.hasOwn(json, field.name)) {
      found += 1;
      record[field.name] = read(field.shape, json[field.name], fieldPath, reading);
    } else {
      record[field.name] = absent(field, fieldPath, reading);
    }
  }
  if (found < Object.keys(json).length) {
    const names = new Set(shape.fields.map(({ name }) => name));
    const unknown = Object.keys(json).find((name) => !names.has(name)) ?? '';
    throw new EventParseError(join(path, unknown), 'is not in the schema');
  }
  reading.depth -= 1;
  return record;
}

function counted<T>(entries: readonly T[], reading: Reading, path: string): readonly T[] {
  reading.count(entries.length, path);
  return entries;
}

function absent(field: FieldShape, path: string, reading: Reading): unknown {
  if (field.default !== undefined) return read(field.shape, field.default.json, path, reading);
  if (isNullable(field.shape)) return null;
  throw new EventParseError(path, `is missing; it must be ${describeShape(field.shape)}`);
}

function isNullable(shape: Shape): boolean {
  return (
    shape.kind === 'null' || (shape.kind === 'union' && shape.branches.some(({ kind }) => kind === 'null'))
  );
}

function readUnion(
  branches: readonly Shape[],
  union: Shape,
  json: unknown,
  path: string,
  reading: Reading,
): unknown {
  if (json === null) {
    if (isNullable(union)) return null;
    throw mismatch(union, path);
  }
  const optional = optionalOf(union);
  const wrap = (branch: Shape, value: unknown) =>
    optional === undefined ? { [branchName(branch)]: value } : value;
  const tagged = taggedBranch(branches, json);
  if (tagged !== undefined) {
    const found = attempt(tagged.branch, tagged.json, path, reading);
    if (!(found instanceof EventParseError)) return wrap(tagged.branch, found.value);
    // A record or map of the plain flavour may look like a tag.
    if (!branches.some(isObjectShape)) throw found;
  }
  if (optional !== undefined) return read(optional, json, path, reading);
  for (const branch of branches) {
    const found = attempt(branch, json, path, reading);
    if (!(found instanceof EventParseError)) return wrap(branch, found.value);
  }
  throw mismatch(union, path);
}

/** The value, or why the JSON is none of this branch. */
function attempt(
  branch: Shape,
  json: unknown,
  path: string,
  reading: Reading,
): { readonly value: unknown } | EventParseError {
  const { depth } = reading;
  try {
    return { value: read(branch, json, path, reading) };
  } catch (error) {
    if (!(error instanceof EventParseError) || error instanceof TooCostlyError) throw error;
    reading.depth = depth;
    reading.misfit(path);
    return error;
  }
}

const isObjectShape = ({ kind }: Shape) => kind === 'record' || kind === 'map';

function taggedBranch(
  branches: readonly Shape[],
  json: unknown,
): { branch: Shape; json: unknown } | undefined {
  if (!isObject(json)) return undefined;
  const [entry, ...others] = Object.entries(json);
  if (entry === undefined || others.length > 0) return undefined;
  const branch = branches[indexOfName(branches, entry[0], branchName)];
  return branch === undefined || branch.kind === 'null' ? undefined : { branch, json: entry[1] };
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

function mismatch(shape: Shape, path: string): EventParseError {
  return new EventParseError(path, `must be ${describeShape(shape)}`);
}
