import { requireWithin } from '../definition-limits.ts';
import { DefinitionError, EventParseError } from '../errors.ts';
import type { EventSchema } from '../event-schema.ts';
import { crc64 } from '../fingerprint.ts';
import { parseJson, textOf } from '../parse-json.ts';
import { serializationOf } from '../serialization.ts';
import type { EventRecord } from '../types.ts';
import { compileValidator } from './compile-validator.ts';
import { inlineReferences } from './inline-references.ts';
import { checkJsonLimits } from './json-limits.ts';
import { isObject } from './plain-schema.ts';
import { printSpaced } from './print-spaced.ts';
import { toShape } from './to-shape.ts';

/**
 * Compiles the text of a JSON Schema (draft 2020-12, and what earlier drafts have in common with it). Events are JSON;
 * they are validated as they come from a sender. On the log stands their JSON text, whose encrypted fields need not
 * satisfy a pattern or a length any more, so what comes from there is not validated again.
 * @throws DefinitionError
 */
export function compileJsonSchema(definition: string): EventSchema {
  const json = parseDefinition(definition);
  const { schema, parts } = inlineReferences(json);
  const shape = toShape(
    schema,
    isObject(json) && typeof json['title'] === 'string' ? json['title'] : 'event',
  );
  const validate = compileValidator(schema);

  const decode = (bytes: Buffer): EventRecord => toEvent(parseJson(textOf(bytes)));

  return {
    kind: 'json-schema',
    shape,
    fingerprint: crc64(canonicalJson(json)),
    fromJsonText: (text) => toEvent(parseJson(text)),
    decode,
    parse(body, serialization) {
      if (serializationOf(serialization) === 'avro') {
        throw new EventParseError('', 'must be JSON: its schema is a JSON Schema');
      }
      const event = toEvent(parseJson(textOf(body)));
      checkJsonLimits(event, parts);
      validate(event);
      return event;
    },
    encode: (event, prefix) => {
      const text = Buffer.from(JSON.stringify(event));
      return prefix === undefined ? text : Buffer.concat([prefix, text]);
    },
    toJson: (event, style) => (style === 'spaced' ? printSpaced(event) : JSON.stringify(event)),
    print(bytes, start, sink) {
      sink.text(JSON.stringify(decode(bytes.subarray(start))));
    },
  };
}

function parseDefinition(text: string): unknown {
  requireWithin('jsonSchemaLength', text.length);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DefinitionError(['the schema is not JSON'], { cause: error });
  }
}

function toEvent(json: unknown): EventRecord {
  if (!isObject(json)) throw new EventParseError('', 'must be object');
  return json;
}

/** One text for all ways to write the same schema down: keys in order, no white space. */
function canonicalJson(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(canonicalJson).join(',')}]`;
  if (!isObject(json)) return JSON.stringify(json);
  const entries = Object.keys(json)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(json[key])}`);
  return `{${entries.join(',')}}`;
}
