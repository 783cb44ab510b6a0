import { EventParseError } from './errors.ts';
import type { EventSchema } from './event-schema.ts';
import type { TextSink } from './print/text-sink.ts';
import type { EventRecord } from './types.ts';

/**
 * How values stand on the log. `confluent`: a zero byte, the schema id (4 bytes, big-endian), Avro binary.
 * `avro-json`: Avro JSON text, readable without a registry. The same on every engine. Events of a JSON Schema are JSON
 * text in place of either, which after the zero byte and the id is Confluent's format of them.
 */
export type ValueFormat = 'confluent' | 'avro-json';

const headerBytes = 5;

/** The value of an event as it is written to a stream's topic. */
export function encodeValue(
  format: ValueFormat,
  schemaId: number,
  schema: EventSchema,
  event: EventRecord,
): Buffer {
  if (format === 'avro-json') return Buffer.from(schema.toJson(event, 'avro'));
  return schema.encode(event, confluentHeader(schemaId));
}

/** The bytes before an event in the format `confluent`. */
export function confluentHeader(schemaId: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeInt32BE(schemaId, 1);
  return header;
}

/** What a value says of the schema that explains it, before it is decoded. */
export type ValueSchema =
  | { readonly by: 'schema-id'; readonly schemaId: number }
  /** Avro JSON names no schema; the contract that the event names has one. */
  | { readonly by: 'contract'; readonly contractRef: string };

/**
 * Looks at a value of either format: consumers need not be told which one a topic has.
 * @throws EventParseError
 */
export function peekValue(value: Buffer): ValueSchema {
  if (value[0] === 0 && value.length >= headerBytes) {
    return { by: 'schema-id', schemaId: value.readInt32BE(1) };
  }
  const contractRef = contractRefOf(value);
  if (contractRef === undefined) throw new EventParseError('', 'is in no format of this log');
  return { by: 'contract', contractRef };
}

/**
 * The event in a value of either format.
 * @throws EventParseError
 */
export function decodeValue(schema: EventSchema, value: Buffer): EventRecord {
  return value[0] === 0 ? schema.decode(value.subarray(headerBytes)) : schema.fromJsonText(value.toString());
}

/**
 * Prints the event in a value of either format as plain JSON; nothing of it where it throws.
 * @throws EventParseError
 */
export function printValue(schema: EventSchema, value: Buffer, sink: TextSink): void {
  if (value[0] === 0) schema.print(value, headerBytes, sink);
  else sink.text(schema.toJson(schema.fromJsonText(value.toString()), 'plain'));
}

function contractRefOf(value: Buffer): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(value.toString());
  } catch {
    return undefined;
  }
  const meta = property(json, 'strmMeta');
  const ref = property(meta, 'eventContractRef');
  return typeof ref === 'string' ? ref : undefined;
}

function property(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null
    ? (json as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
