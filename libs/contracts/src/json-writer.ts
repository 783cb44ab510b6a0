import type { RecordShape, Shape } from './shape.ts';
import { optionalOf } from './shape.ts';
import type { EventRecord } from './types.ts';

/**
 * How an event is written as JSON. `plain`: no tags, null for what is absent. `avro`: unions tagged, as Avro's JSON
 * encoding has them. `spaced`: plain with the separators of Java's Avro `toString`, which web-socket clients know.
 */
export type JsonStyle = 'plain' | 'avro' | 'spaced';

/** The event as one line of JSON. */
export function toJson(shape: RecordShape, event: EventRecord, style: JsonStyle): string {
  const separators = style === 'spaced' ? { comma: ', ', colon: ': ' } : { comma: ',', colon: ':' };
  return write(shape, event, { ...separators, tagged: style === 'avro' });
}

interface Style {
  readonly comma: string;
  readonly colon: string;
  readonly tagged: boolean;
}

function write(shape: Shape, value: unknown, style: Style): string {
  switch (shape.kind) {
    case 'record': {
      const record = value as EventRecord;
      return writeObject(
        shape.fields.map(({ name, shape: inner }) => [name, write(inner, record[name], style)]),
        style,
      );
    }
    case 'union':
      return writeUnion(shape, value, style);
    case 'array':
      return `[${(value as unknown[]).map((item) => write(shape.items, item, style)).join(style.comma)}]`;
    case 'map':
      return writeObject(
        Object.entries(value as object).map(([key, inner]) => [key, write(shape.values, inner, style)]),
        style,
      );
    case 'float':
      return writeNumber(value as number, shortestFloat);
    case 'double':
      return writeNumber(value as number, String);
    case 'bytes':
    case 'fixed':
      return JSON.stringify((value as Buffer).toString('latin1'));
    case 'long':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}

function writeObject(entries: readonly (readonly [string, string])[], { comma, colon }: Style): string {
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}${colon}${text}`).join(comma)}}`;
}

function writeUnion(union: Shape & { kind: 'union' }, value: unknown, style: Style): string {
  if (value === null || value === undefined) return 'null';
  const optional = optionalOf(union);
  if (optional !== undefined) {
    const text = write(optional, value, style);
    return style.tagged ? writeObject([[nameOf(optional), text]], style) : text;
  }
  const [tag = '', inner] = Object.entries(value)[0] ?? [];
  const branch = union.branches.find((each) => nameOf(each) === tag);
  if (branch === undefined) throw new TypeError('a union holds a value of none of its branches');
  const text = write(branch, inner, style);
  return style.tagged ? writeObject([[tag, text]], style) : text;
}

const nameOf = (shape: Shape): string => ('name' in shape ? shape.name : shape.kind);

/** JSON has no word for what is not finite; these are what Java's Avro writes, in quotes so that it stays JSON. */
function writeNumber(value: number, print: (value: number) => string): string {
  return Number.isFinite(value) ? print(value) : JSON.stringify(String(value));
}

/** The shortest decimal that reads back as the same 32-bit float: 41.33574 rather than 41.335739135742188. */
function shortestFloat(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
