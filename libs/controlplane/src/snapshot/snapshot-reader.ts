import type { Desired, DesiredSnapshot, RejectedItem, ResourceKey } from '@ccd/reconcile';
import { InvalidFieldError } from '../convert/fields.ts';
import type { EntityKind } from '../domain.ts';
import type { HashSpec } from './hash-spec.ts';
import { isMessage } from './split-answer.ts';
import type { WholeAnswer } from './whole-answer.ts';

/**
 * More than any user can send to a control plane, whose own limit is that of gRPC. Decoded, an item can take many times
 * its bytes.
 */
export const mostItemBytes = 4 * 1024 * 1024;

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
 * Reads one answer after the other, item by item. An item that cannot be used is rejected with every key that it may
 * stand for; a key that stands twice is rejected as well, since nothing says which one counts.
 *
 * What has not changed since the answer before is not read again: the same answer gives the same snapshot, and the
 * same content the same items.
 */
export function createSnapshotReader<Item, Spec extends { readonly uuid: string }>(
  reader: ItemReader<Item, Spec>,
): (answer: WholeAnswer) => DesiredSnapshot<Spec> {
  let content: (Content<Spec> & Pick<WholeAnswer, 'parts'>) | undefined;
  let last: { readonly answer: WholeAnswer; readonly snapshot: DesiredSnapshot<Spec> } | undefined;

  return (answer) => {
    if (last?.answer === answer) return last.snapshot;
    const { metadata, digest, parts } = answer;
    if (content?.parts !== parts) content = { parts, ...readItems(parts, reader) };
    const { items, rejected } = content;
    const snapshot = {
      ...(metadata && { revision: metadata.revision }),
      digest,
      items,
      removed: metadata?.removed ?? [],
      ...(rejected.length > 0 && { rejected }),
    };
    last = { answer, snapshot };
    return snapshot;
  };
}

interface Content<Spec> {
  readonly items: readonly Desired<Spec>[];
  readonly rejected: readonly RejectedItem[];
}

function readItems<Item, Spec extends { readonly uuid: string }>(
  parts: readonly Uint8Array[],
  reader: ItemReader<Item, Spec>,
): Content<Spec> {
  const items = new Map<string, Desired<Spec>>();
  const unusable: { readonly keys: readonly ResourceKey[]; readonly message: string }[] = [];
  const doubled = new Map<string, ResourceKey>();

  for (const part of parts) {
    if (part.length > mostItemBytes) {
      unusable.push({ keys: [], message: `an item is larger than ${mostItemBytes} bytes` });
      continue;
    }
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
