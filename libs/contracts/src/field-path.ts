import type { RecordShape, Shape } from './shape.ts';
import { optionalOf } from './shape.ts';
import type { EventRecord } from './types.ts';

/** A path of Avro names that a schema has, ready to be used on its events. */
export interface FieldPath {
  /** Names joined by `/`. */
  readonly path: string;
  readonly shape: Shape;
  /** Whether a list of records lies on the way, so that there may be several values. */
  readonly repeated: boolean;
  /** The first value on the path that is a text; undefined where there is none or it is null. */
  text(event: EventRecord): string | undefined;
  /** All values on the path that are texts, one for each element of lists on the way. */
  texts(event: EventRecord): readonly string[];
  /**
   * The event with every text on the path replaced; null stays null. What does not change is shared with the event
   * given, which stays as it is.
   */
  replaceTexts(event: EventRecord, replace: (text: string) => string): EventRecord;
}

/** Finds the path in the schema, through optional records and lists of records. Undefined where there is none. */
export function compileFieldPath(schema: RecordShape, path: string): FieldPath | undefined {
  const names = path.split('/');
  const found = resolve(schema, names, false);
  if (found === undefined) return undefined;
  const texts = (event: EventRecord) => {
    const found: string[] = [];
    collect(event, names, 0, found);
    return found;
  };
  return {
    path,
    ...found,
    text: (event) => texts(event)[0],
    texts,
    replaceTexts: (event, replace) => replaceAt(event, names, 0, replace) as EventRecord,
  };
}

function resolve(
  shape: Shape,
  names: readonly string[],
  repeated: boolean,
): Pick<FieldPath, 'shape' | 'repeated'> | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return { shape, repeated };
  const inner = innerOf(shape);
  if (inner.shape.kind !== 'record') return undefined;
  const field = inner.shape.fields.find((each) => each.name === name);
  return field && resolve(field.shape, rest, repeated || inner.repeated);
}

/** What is in an optional value or a list, where the path goes on. */
function innerOf(shape: Shape): Pick<FieldPath, 'shape' | 'repeated'> {
  const optional = optionalOf(shape);
  if (optional !== undefined) return innerOf(optional);
  return shape.kind === 'array' ? { ...innerOf(shape.items), repeated: true } : { shape, repeated: false };
}

function collect(value: unknown, names: readonly string[], at: number, found: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, names, at, found);
  } else if (at === names.length) {
    if (typeof value === 'string') found.push(value);
  } else if (typeof value === 'object' && value !== null) {
    collect((value as EventRecord)[names[at] ?? ''], names, at + 1, found);
  }
}

function replaceAt(
  value: unknown,
  names: readonly string[],
  at: number,
  replace: (text: string) => string,
): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceAt(item, names, at, replace));
  if (at === names.length) return typeof value === 'string' ? replace(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const record = value as EventRecord;
  const name = names[at] ?? '';
  const before = record[name];
  const after = replaceAt(before, names, at + 1, replace);
  return before === after ? value : { ...record, [name]: after };
}

/** Whether a field of this shape holds text that can be encrypted or masked: a string, optional, or a list of them. */
export function isTextual({ shape }: Pick<FieldPath, 'shape'>): boolean {
  const inner = optionalOf(shape) ?? shape;
  if (inner.kind !== 'array') return inner.kind === 'string';
  return (optionalOf(inner.items) ?? inner.items).kind === 'string';
}

/** Whether a field can name one session or person: a string or an optional one, in no list. */
export function isKeyLike({ shape, repeated }: Pick<FieldPath, 'shape' | 'repeated'>): boolean {
  return !repeated && (optionalOf(shape) ?? shape).kind === 'string';
}
