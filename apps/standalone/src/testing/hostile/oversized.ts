import { metadataFor, toFrame, toReply, uuidOf } from '@ccd/controlplane/testing';
import type { AgentList, WireReply } from '@ccd/controlplane/testing';
import { scaled } from '@ccd/testkit';
import { encode } from './honest.ts';
import type { Items } from './honest.ts';

/** What agents accept by default: the limit of `connectControlPlane`. */
export const answerLimit = 64 * 1024 * 1024;

/** An answer that is a matter of size. */
export interface Oversized {
  readonly name: string;
  readonly reply: (list: AgentList, number: bigint) => WireReply;
  /** In the log of every agent, or in the state of an entity. */
  readonly told: RegExp;
}

const zeros = Buffer.alloc(answerLimit);

/** A field of length-delimited bytes, as protobuf writes it. */
function toField(field: number, content: Uint8Array): Buffer {
  const head = [...varint((field << 3) | 2), ...varint(content.length)];
  return Buffer.concat([Buffer.from(head), content]);
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

const agreeing = (bytes: Uint8Array, count: number, number: bigint): WireReply =>
  toReply(bytes, metadataFor(bytes, count, { revision: { epoch: 'e1', number } }));

/** The truth, and beside it a field that nobody knows, so that the message has just this many bytes. */
export function padded(items: Items, list: AgentList, number: bigint, size: number): WireReply {
  const truth = encode(items, list);
  const head = toField(100, zeros.subarray(0, size - truth.length)).length - (size - truth.length);
  const padding = toField(100, zeros.subarray(0, size - truth.length - head));
  return agreeing(Buffer.concat([truth, padding]), items[list].length, number);
}

let map: Buffer | undefined;
function mapOfMillions(): Buffer {
  if (map !== undefined) return map;
  const entries = Buffer.alloc(size);
  for (let at = 0; at + 8 <= size; at += 8) {
    entries.set([0x1a, 6, 0x0a, 4], at);
    entries.write((at / 8).toString(36).padStart(4), at + 4);
  }
  return (map = toField(1, toField(1, toField(10, entries.subarray(0, size - (size % 8))))));
}

/** More than an item may have, and at full size almost all that an answer may. */
const size = scaled(60_000_000);

/** An item of nothing but one large field within others, by their numbers. */
const inItem = (
  name: string,
  content: (length: number) => Uint8Array,
  path: readonly number[],
): Oversized => ({
  name,
  reply: (_, number) => {
    const item = path.reduceRight((inner: Uint8Array, field) => toField(field, inner), content(size));
    return agreeing(toField(1, item), 1, number);
  },
  told: /an item is larger than \d+ bytes/,
});

export const oversized: readonly Oversized[] = [
  {
    name: 'one byte more than is accepted',
    reply: () => {
      const frame = toFrame(Buffer.alloc(100));
      frame.writeUInt32BE(answerLimit + 1, 1);
      return {
        headers: { ':status': 200, 'content-type': 'application/grpc' },
        data: frame,
        instead: 'hang',
      };
    },
    told: /RESOURCE_EXHAUSTED: Received message larger than max/,
  },
  {
    name: 'millions of items of nothing',
    reply: (_, number) => {
      const bytes = Buffer.alloc(size);
      for (let at = 0; at < bytes.length; at += 2) bytes[at] = 0x0a;
      return agreeing(bytes, bytes.length / 2, number);
    },
    told: /the answer is not usable: it has more than \d+ items/,
  },
  {
    name: 'millions of entries in a map',
    // In an item, its stream and the stream's masked_fields: entries of field_patterns that hold a key of four bytes.
    reply: (_, number) => agreeing(mapOfMillions(), 1, number),
    told: /an item is larger than \d+ bytes/,
  },
  // Of a derived stream: stream (1), consent_levels (packed).
  inItem('millions of consent levels', (length) => Buffer.alloc(length, 1), [1, 3]),
  inItem('a name without end', (length) => Buffer.alloc(length, 0x6e), [1, 1, 1]),
  inItem('an identifier without end', (length) => Buffer.from(uuidOf(1).padEnd(length, 'f')), [3]),
];
