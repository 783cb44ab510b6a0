import { compileReader } from './avro-reader.ts';
import { detectSchemaKind, parseAvroDefinition } from './avro-schema.ts';
import { compileWriter } from './avro-writer.ts';
import { parseExactJson } from './exact-json.ts';
import { fingerprint } from './fingerprint.ts';
import { fromJson } from './json-reader.ts';
import type { JsonStyle } from './json-writer.ts';
import { compileJsonWriter } from './json-writer.ts';
import { compileJsonSchema } from './json-schema/compile-json-schema.ts';
import { compileOpenBody } from './open-body.ts';
import { compilePrinter } from './print/compile-printer.ts';
import type { TextSink } from './print/text-sink.ts';
import type { RecordShape } from './shape.ts';
import type { EventRecord, SchemaKind } from './types.ts';

/** A schema of events with its codecs, compiled once. */
export interface EventSchema {
  readonly kind: SchemaKind;
  /** The fields that every event of it has, for paths and checks. */
  readonly shape: RecordShape;
  /** CRC-64-AVRO of the canonical form; of a JSON Schema, of its text with the keys in order. */
  readonly fingerprint: bigint;
  /** Avro JSON and plain JSON both. @throws EventParseError */
  fromJsonText(text: string): EventRecord;
  /**
   * Reads a body as a sender of any of the existing clients gives it.
   * @param serialization the header `Strm-Serialization-Type`, where there is one
   * @throws EventParseError
   */
  parse(body: Buffer, serialization?: string): EventRecord;
  /** Reads what `encode` wrote. @throws EventParseError */
  decode(bytes: Buffer): EventRecord;
  /** The encoding of its kind after `prefix`: Avro binary, or the JSON text of an event of a JSON Schema. */
  encode(event: EventRecord, prefix?: Uint8Array): Buffer;
  toJson(event: EventRecord, style: JsonStyle): string;
  /**
   * Prints what `encode` wrote, from `start` of the bytes on, as the plain JSON of `toJson`; nothing of it where that
   * cannot be read. @throws EventParseError
   */
  print(bytes: Buffer, start: number, sink: TextSink): void;
}

const noPrefix = new Uint8Array(0);

/**
 * Compiles the text of a schema of either kind, which its text tells.
 * @throws DefinitionError
 */
export function compileSchema(definition: string): EventSchema {
  return detectSchemaKind(definition) === 'avro' ? compileAvro(definition) : compileJsonSchema(definition);
}

function compileAvro(definition: string): EventSchema {
  const shape = parseAvroDefinition(definition);
  const fromAvro = compileReader(shape);
  const write = compileWriter(shape);
  const fromJsonText = (text: string) => fromJson(shape, parseExactJson(text));
  const openBody = compileOpenBody(shape);

  return {
    kind: 'avro',
    shape,
    fingerprint: fingerprint(shape),
    fromJsonText,
    parse: (body, serialization) => openBody(body, serialization, { avro: fromAvro, json: fromJsonText }),
    decode: fromAvro,
    encode: (event, prefix = noPrefix) => write(event, prefix),
    toJson: compileJsonWriter(shape),
    print: compilePrinter(shape),
  };
}
