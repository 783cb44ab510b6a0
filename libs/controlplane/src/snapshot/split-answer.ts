import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Bytes that are no message of one repeated field. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';
}

const itemsField = 1;
/** More than the largest answer has room for, if its items say anything; items of nothing could be thirty million. */
export const mostItems = 250_000;

/**
 * Splits a desired-state answer into the bytes of its items (field 1 of every agent's response) without decoding them,
 * so that one bad item can be told from its neighbours. Fields that we don't know are skipped. Stricter than a decoder,
 * which stops without a word at a zero tag: everything up to the last byte must be a field.
 * @throws UnreadableAnswerError
 */
export function splitAnswer(answer: Uint8Array): Uint8Array[] {
  const reader = new BinaryReader(answer);
  const items: Uint8Array[] = [];
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field !== itemsField) reader.skip(type, field);
      else if (items.length === mostItems)
        throw new UnreadableAnswerError(`it has more than ${mostItems} items`);
      else if (type === WireType.LengthDelimited) items.push(reader.bytes());
      else throw new UnreadableAnswerError('an item is not a message');
    }
    return items;
  } catch (error) {
    if (error instanceof UnreadableAnswerError) throw error;
    throw new UnreadableAnswerError('it is not a protobuf message', { cause: error });
  }
}

/** Whether the bytes are fields from first to last; what a decoder would pass over without a word is not. */
export function isMessage(bytes: Uint8Array): boolean {
  const reader = new BinaryReader(bytes);
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      reader.skip(type, field);
    }
    return true;
  } catch {
    return false;
  }
}
