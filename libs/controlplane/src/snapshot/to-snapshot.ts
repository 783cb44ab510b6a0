import { createHash } from 'node:crypto';
import type { Desired, DesiredSnapshot, RejectedItem, ResourceKey } from '@ccd/reconcile';
import { InvalidFieldError } from '../convert/fields.ts';
import type { EntityKind } from '../domain.ts';
import { InvalidAnswerError } from '../errors.ts';
import { digestAnswer, MalformedMetadataError, readSnapshotMetadata } from '../snapshot-metadata.ts';
import type { MetadataSource, SnapshotMetadata } from '../snapshot-metadata.ts';
import type { HashSpec } from './hash-spec.ts';
import { isMessage, splitAnswer, UnreadableAnswerError } from './split-answer.ts';

/** One whole answer as it came: the serialised message and the initial metadata beside it. */
export interface RawAnswer {
  readonly message: Uint8Array;
  readonly metadata: MetadataSource;
}

/** How the items of one list are read. */
export interface ItemReader<Item, Spec extends { readonly uuid: string }> {
  /** Throws for bytes that are not such a message. */
  decode(bytes: Uint8Array): Item;
  /** @throws InvalidFieldError */
  toSpec(item: Item): Spec;
  kindOf(spec: Spec): EntityKind;
  /** The kind under which an item is reported that says nothing of itself. */
  readonly kind: EntityKind;
  /** Every resource that an item which cannot be used may stand for, from any field that still names one. */
  mayNameAny(item: Item): readonly ResourceKey[];
  readonly hash: HashSpec;
}

/**
 * The id of a rejected item that names no resource we could know: any resource that the answer lacks may be the one
 * that it stands for.
 */
export const unnamed = '';

/**
 * Checks an answer against its metadata and reads it item by item. An item that cannot be used is rejected with every
 * key that it may stand for; a key that stands twice is rejected as well, since nothing says which one counts.
 * @throws InvalidAnswerError where the answer as a whole is not what the server meant to send
 */
export function toSnapshot<Item, Spec extends { readonly uuid: string }>(
  operation: string,
  answer: RawAnswer,
  reader: ItemReader<Item, Spec>,
): DesiredSnapshot<Spec> {
  const metadata = readMetadata(operation, answer.metadata);
  if (metadata !== undefined && metadata.digest !== digestAnswer(answer.message)) {
    throw new InvalidAnswerError(operation, 'its digest is not the one that came with it');
  }
  const parts = split(operation, answer.message);
  if (metadata !== undefined && metadata.count !== parts.length) {
    throw new InvalidAnswerError(
      operation,
      `${parts.length} items came where ${metadata.count} were announced`,
    );
  }
  const { items, rejected } = readItems(parts, reader);
  return {
    ...(metadata && { revision: metadata.revision }),
    digest: metadata?.digest ?? digestUnordered(parts),
    items,
    removed: metadata?.removed ?? [],
    ...(rejected.length > 0 && { rejected }),
  };
}

function readMetadata(operation: string, source: MetadataSource): SnapshotMetadata | undefined {
  try {
    return readSnapshotMetadata(source);
  } catch (error) {
    if (error instanceof MalformedMetadataError) throw new InvalidAnswerError(operation, error.message);
    throw error;
  }
}

function split(operation: string, message: Uint8Array): Uint8Array[] {
  try {
    return splitAnswer(message);
  } catch (error) {
    if (error instanceof UnreadableAnswerError) throw new InvalidAnswerError(operation, error.message);
    throw error;
  }
}

/** A foreign server promises no order: equal for the same items in any. */
function digestUnordered(parts: readonly Uint8Array[]): string {
  const digest = createHash('sha256');
  for (const part of parts.map(digestAnswer).sort()) digest.update(part);
  return digest.digest('hex');
}

function readItems<Item, Spec extends { readonly uuid: string }>(
  parts: readonly Uint8Array[],
  reader: ItemReader<Item, Spec>,
): { readonly items: Desired<Spec>[]; readonly rejected: RejectedItem[] } {
  const items = new Map<string, Desired<Spec>>();
  const unusable: { readonly keys: readonly ResourceKey[]; readonly message: string }[] = [];
  const doubled = new Map<string, ResourceKey>();

  for (const part of parts) {
    const item = isMessage(part) ? decode(part, reader) : undefined;
    if (item === undefined) {
      unusable.push({ keys: [], message: 'an item is not a message of its kind' });
      continue;
    }
    try {
      const spec = reader.toSpec(item);
      const key = { kind: reader.kindOf(spec), id: spec.uuid };
      if (items.has(keyText(key))) doubled.set(keyText(key), key);
      items.set(keyText(key), { key, spec, hash: reader.hash(spec) });
    } catch (error) {
      if (!(error instanceof InvalidFieldError)) throw error;
      unusable.push({ keys: reader.mayNameAny(item), message: error.message });
    }
  }

  const rejected: RejectedItem[] = [];
  for (const [text, key] of doubled) {
    items.delete(text);
    rejected.push({ key, message: 'uuid stands twice in the answer' });
  }
  for (const { keys, message } of unusable) {
    // A usable item of the same key is not in doubt: then this one stands for something that we cannot tell.
    const named = keys.filter((key) => !items.has(keyText(key)));
    if (named.length === 0) rejected.push({ key: { kind: reader.kind, id: unnamed }, message });
    else rejected.push(...named.map((key) => ({ key, message })));
  }
  return { items: [...items.values()], rejected };
}

function decode<Item>(part: Uint8Array, reader: { decode(bytes: Uint8Array): Item }): Item | undefined {
  try {
    return reader.decode(part);
  } catch {
    return undefined;
  }
}

function keyText({ kind, id }: ResourceKey): string {
  return `${kind}/${id}`;
}
