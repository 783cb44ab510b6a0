import { compileReader } from './avro-reader.ts';
import { parseAvroDefinition } from './avro-schema.ts';
import { compileWriter } from './avro-writer.ts';
import { EventParseError } from './errors.ts';
import { parseExactJson } from './exact-json.ts';
import { fingerprint } from './fingerprint.ts';
import { fromJson } from './json-reader.ts';
import type { JsonStyle } from './json-writer.ts';
import { toJson } from './json-writer.ts';
import type { RecordShape, Shape } from './shape.ts';
import type { EventRecord } from './types.ts';

/** A schema of events with its codecs, compiled once. */
export interface EventSchema {
  readonly shape: RecordShape;
  /** CRC-64-AVRO of the canonical form. */
  readonly fingerprint: bigint;
  /** @throws EventParseError */
  fromAvro(bytes: Buffer): EventRecord;
  /** Avro JSON and plain JSON both. @throws EventParseError */
  fromJsonText(text: string): EventRecord;
  /**
   * Reads a body as a sender of any of the existing clients gives it.
   * @param serialization the header `Strm-Serialization-Type`, where there is one
   * @throws EventParseError
   */
  parse(body: Buffer, serialization?: string): EventRecord;
  /** Avro's binary encoding after `prefix`. */
  toAvro(event: EventRecord, prefix?: Uint8Array): Buffer;
  toJson(event: EventRecord, style: JsonStyle): string;
}

export const serializationTypes = { avro: 'application/x-avro-binary', json: 'application/json' } as const;

const noPrefix = new Uint8Array(0);

/**
 * Compiles the text of an Avro schema.
 * @throws DefinitionError
 */
export function compileSchema(definition: string): EventSchema {
  const shape = parseAvroDefinition(definition);
  const fromAvro = compileReader(shape);
  const write = compileWriter(shape);
  const fromJsonText = (text: string) => fromJson(shape, parseExactJson(text));
  const beginsWithLength = startsWithText(shape);

  return {
    shape,
    fingerprint: fingerprint(shape),
    fromAvro,
    fromJsonText,
    parse(body, serialization) {
      if (serialization === serializationTypes.avro) return fromAvro(body);
      if (serialization === serializationTypes.json) return fromJsonText(body.toString());
      // '{' would be a negative length before a text, so it can only be JSON.
      if (body[0] === openingBrace && beginsWithLength) return fromJsonText(body.toString());
      return sniff(body, fromAvro, fromJsonText);
    },
    toAvro: (event, prefix = noPrefix) => write(event, prefix),
    toJson: (event, style) => toJson(shape, event, style),
  };
}

const openingBrace = 0x7b;

/** White space may begin JSON and may be the length of an Avro text: whichever reads the whole body is right. */
function sniff(
  body: Buffer,
  fromAvro: (bytes: Buffer) => EventRecord,
  fromJsonText: (text: string) => EventRecord,
): EventRecord {
  try {
    return fromAvro(body);
  } catch (error) {
    if (!(error instanceof EventParseError) || !looksLikeJson(body)) throw error;
    return fromJsonText(body.toString());
  }
}

function looksLikeJson(body: Buffer): boolean {
  return /^\s*\{/.test(body.toString('latin1', 0, 256));
}

/** Records that begin with one another begin with no text, and no event has such a schema. */
function startsWithText(shape: Shape, within: readonly Shape[] = []): boolean {
  if (shape.kind !== 'record') return shape.kind === 'string' || shape.kind === 'bytes';
  const first = shape.fields[0];
  return first !== undefined && !within.includes(shape) && startsWithText(first.shape, [...within, shape]);
}
