import { EventParseError } from './errors.ts';
import { textOf } from './parse-json.ts';
import { serializationOf } from './serialization.ts';
import type { RecordShape, Shape } from './shape.ts';

/** The two ways to read a body; each throws EventParseError. */
export interface BodyReaders<T> {
  readonly avro: (bytes: Buffer) => T;
  readonly json: (text: string) => T;
}

/**
 * Reads a body of an Avro schema as a sender of any of the existing clients gives it.
 * @param serialization the header `Strm-Serialization-Type`, where there is one
 */
export type OpenBody = <T>(body: Buffer, serialization: string | undefined, readers: BodyReaders<T>) => T;

export function compileOpenBody(shape: RecordShape): OpenBody {
  const beginsWithLength = startsWithText(shape);
  return (body, serialization, readers) => {
    const said = serializationOf(serialization);
    if (said === 'avro') return readers.avro(body);
    if (said === 'json') return readers.json(textOf(body));
    // '{' would be a negative length before a text, so it can only be JSON.
    if (body[0] === openingBrace && beginsWithLength) return readers.json(textOf(body));
    return sniff(body, readers);
  };
}

const openingBrace = 0x7b;

/** White space may begin JSON and may be the length of an Avro text: whichever reads the whole body is right. */
function sniff<T>(body: Buffer, readers: BodyReaders<T>): T {
  try {
    return readers.avro(body);
  } catch (error) {
    if (!(error instanceof EventParseError) || !looksLikeJson(body)) throw error;
    return readers.json(textOf(body));
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
