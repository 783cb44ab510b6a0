import { printDouble, printFloat } from './json-numbers.ts';
import type { RecordShape, Shape } from './shape.ts';
import { branchName, optionalOf } from './shape.ts';
import type { EventRecord } from './types.ts';

/**
 * How an event is written as JSON. `plain`: no tags, null for what is absent. `avro`: unions tagged, as Avro's JSON
 * encoding has them. `spaced`: plain with the separators of Java's Avro `toString`, which web-socket clients know.
 */
export type JsonStyle = 'plain' | 'avro' | 'spaced';

/** Compiles a writer of events as one line of JSON each. */
export function compileJsonWriter(shape: RecordShape): (event: EventRecord, style: JsonStyle) => string {
  const compiled = new Map<JsonStyle, Write>();
  return (event, style) => {
    let write = compiled.get(style);
    if (write === undefined) {
      write = new WriterCompiler(style).compile(shape);
      compiled.set(style, write);
    }
    return write(event);
  };
}

type Write = (value: unknown) => string;

class WriterCompiler {
  readonly #comma: string;
  readonly #colon: string;
  readonly #isTagged: boolean;
  readonly #records = new Map<RecordShape, Write>();

  constructor(style: JsonStyle) {
    this.#comma = style === 'spaced' ? ', ' : ',';
    this.#colon = style === 'spaced' ? ': ' : ':';
    this.#isTagged = style === 'avro';
  }

  compile(shape: Shape): Write {
    switch (shape.kind) {
      case 'record':
        return this.#record(shape);
      case 'union':
        return this.#union(shape);
      case 'array': {
        const write = this.compile(shape.items);
        return (value) => `[${(value as unknown[]).map(write).join(this.#comma)}]`;
      }
      case 'map': {
        const write = this.compile(shape.values);
        return (value) =>
          `{${Object.entries(value as object)
            .map(([key, inner]) => this.#key(key) + write(inner))
            .join(this.#comma)}}`;
      }
      case 'float':
        return (value) => printFloat(value as number);
      case 'double':
        return (value) => printDouble(value as number);
      case 'bytes':
      case 'fixed':
        return (value) => JSON.stringify((value as Buffer).toString('latin1'));
      case 'long':
        return String;
      default:
        return (value) => JSON.stringify(value);
    }
  }

  #record(shape: RecordShape): Write {
    const known = this.#records.get(shape);
    if (known !== undefined) return known;
    const fields: { readonly name: string; readonly before: string; readonly write: Write }[] = [];
    const write: Write = (value) => {
      const record = value as EventRecord;
      let text = '{';
      for (const field of fields) text += field.before + field.write(record[field.name]);
      return `${text}}`;
    };
    // Known before its fields are, since they may refer to it.
    this.#records.set(shape, write);
    for (const [index, { name, shape: inner }] of shape.fields.entries()) {
      const before = (index === 0 ? '' : this.#comma) + this.#key(name);
      fields.push({ name, before, write: this.compile(inner) });
    }
    return write;
  }

  #union(union: Shape & { kind: 'union' }): Write {
    const optional = optionalOf(union);
    if (optional !== undefined) {
      const write = this.#branch(optional);
      return (value) => (value === null || value === undefined ? 'null' : write(value));
    }
    const branches = new Map(union.branches.map((branch) => [branchName(branch), this.#branch(branch)]));
    return (value) => {
      if (value === null || value === undefined) return 'null';
      const [tag = '', inner] = Object.entries(value)[0] ?? [];
      const write = branches.get(tag);
      if (write === undefined) throw new TypeError('a union holds a value of none of its branches');
      return write(inner);
    };
  }

  #branch(branch: Shape): Write {
    const write = this.compile(branch);
    const tag = this.#key(branchName(branch));
    return this.#isTagged ? (value) => `{${tag}${write(value)}}` : write;
  }

  #key(name: string): string {
    return JSON.stringify(name) + this.#colon;
  }
}
