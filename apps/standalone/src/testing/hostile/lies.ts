import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { digestAnswer, installationKey } from '@ccd/controlplane';
import { metadataFor, toErrorReply, toFrame, toReply, uuidOf } from '@ccd/controlplane/testing';
import type { AgentList, WireReply } from '@ccd/controlplane/testing';
import type { Toxic } from '@ccd/testkit';
import { installationId } from '../agent-settings.ts';
import { encode } from './honest.ts';
import type { Items } from './honest.ts';

/** What the control plane would say by right, and the means to say something else. */
export interface Truth {
  readonly today: Items;
  /** Of an earlier revision; differs from today's in every list. */
  readonly yesterday: Items;
  readonly number: bigint;
  readonly removed: readonly { readonly kind: string; readonly id: string }[];
  /** Takes the next revision, as a broken control plane of the same database would. */
  readonly nextNumber: () => bigint;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export interface Lie {
  readonly reply: (list: AgentList) => WireReply;
  readonly toxic?: Toxic;
}

export const epoch = 'e1';
const lengthOf = (items: Items, list: AgentList): number => items[list].length;

interface Said {
  readonly epoch?: string;
  readonly number: bigint;
  readonly removed?: Truth['removed'];
  readonly installation?: string;
}

/** An answer in which everything agrees with everything, true or not. */
export function consistent(items: Items, list: AgentList, said: Said): WireReply {
  const bytes = encode(items, list);
  const { number, removed = [], installation = installationId } = said;
  const revision = { epoch: said.epoch ?? epoch, number };
  return toReply(bytes, {
    ...metadataFor(bytes, lengthOf(items, list), { revision, removed }),
    [installationKey]: installation,
  });
}

const empty: Items = { streams: [], 'data-connectors': [], 'batch-exporters': [] };

const firstHalf = <T>(items: readonly T[]): readonly T[] => items.slice(0, Math.floor(items.length / 2));

/** More than 3 and more than a fifth are missing of every list: less than that may go by absence. */
const half = (items: Items): Items => ({
  streams: firstHalf(items.streams),
  'data-connectors': firstHalf(items['data-connectors']),
  'batch-exporters': firstHalf(items['batch-exporters']),
});

const reordered = ({ streams, ...rest }: Items): Items => ({
  streams: streams.toReversed(),
  'data-connectors': rest['data-connectors'].toReversed(),
  'batch-exporters': rest['batch-exporters'].toReversed(),
});

const honestHeaders = ({ today, number, removed }: Truth, list: AgentList): Record<string, string> =>
  metadataFor(encode(today, list), lengthOf(today, list), { revision: { epoch, number }, removed });

const garbage = ({ random }: Truth, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

const always = (reply: WireReply): Lie => ({ reply: () => reply });
/** The honest bytes under headers that something is wrong with. */
const honestBut = (truth: Truth, change: Record<string, string | string[]>): Lie => ({
  reply: (list) => {
    const reply = toReply(encode(truth.today, list), honestHeaders(truth, list));
    return { ...reply, headers: { ...reply.headers, ...change } };
  },
});
/** The honest headers over other bytes. */
const underHonestHeaders = (truth: Truth, bytesOf: (list: AgentList) => Uint8Array): Lie => ({
  reply: (list) => toReply(bytesOf(list), honestHeaders(truth, list)),
});
const behind = (truth: Truth, toxic: Toxic): Lie => {
  const number = truth.nextNumber();
  return { toxic, reply: (list) => consistent(truth.today, list, { number }) };
};
/** A new revision whose every item is damaged in one way, under the UUIDs that live. */
const damaged = (truth: Truth, damage: (items: Items) => Items): Lie => {
  const [number, items] = [truth.nextNumber(), damage(truth.today)];
  return { reply: (list) => consistent(items, list, { number }) };
};
export const everyName =
  (name: string) =>
  (items: Items): Items => ({
    streams: items.streams.map((item) => ({
      ...item,
      stream: item.stream && { ...item.stream, ref: { ...refOf(item.stream.ref), name } },
    })),
    'data-connectors': items['data-connectors'].map((item) => ({
      ...item,
      ref: { ...refOf(item.ref), name },
    })),
    'batch-exporters': items['batch-exporters'].map((item) => ({
      ...item,
      exporter: item.exporter && { ...item.exporter, ref: { ...refOf(item.exporter.ref), name } },
    })),
  });
const refOf = <Ref extends { projectId: string }>(ref: Ref | undefined): Ref => {
  if (ref === undefined) throw new Error('every sample has a reference');
  return ref;
};
export const everyUuid =
  (uuid: string) =>
  (items: Items): Items => ({
    streams: items.streams.map((item) => ({ ...item, uuid, topic: `stream-${uuid}` })),
    'data-connectors': items['data-connectors'].map((item) => ({ ...item, uuid })),
    'batch-exporters': items['batch-exporters'].map((item) => ({ ...item, uuid })),
  });

/** Everything that must change nothing, by what it is. */
export const lies: Readonly<Record<string, (truth: Truth) => Lie>> = {
  'zero bytes': () => always(toReply(Buffer.alloc(0))),
  'an empty list of the next revision': (truth) => {
    const number = truth.nextNumber();
    return { reply: (list) => consistent(empty, list, { number }) };
  },
  'an empty list of the same revision': (truth) => ({ reply: (list) => consistent(empty, list, truth) }),
  'half a list of the next revision': (truth) => {
    const number = truth.nextNumber();
    return { reply: (list) => consistent(half(truth.today), list, { number }) };
  },
  'half a list under the headers of the whole': (truth) =>
    underHonestHeaders(truth, (list) => encode(half(truth.today), list)),
  'half a list without headers': (truth) => ({ reply: (list) => toReply(encode(half(truth.today), list)) }),
  "yesterday's list": ({ yesterday, number }) => ({
    reply: (list) => consistent(yesterday, list, { number: number - 1n }),
  }),
  "yesterday's list without headers": ({ yesterday }) => ({
    reply: (list) => toReply(encode(yesterday, list)),
  }),
  'the same list in another order': (truth) => {
    const number = truth.nextNumber();
    return { reply: (list) => consistent(reordered(truth.today), list, { number }) };
  },
  'the same list of another history': (truth) => ({
    reply: (list) => consistent(truth.today, list, { number: 3n, epoch: 'other' }),
  }),
  'half a list of another history': (truth) => ({
    reply: (list) => consistent(half(truth.today), list, { number: 3n, epoch: 'other' }),
  }),
  'removals of another history': (truth) => ({
    reply: (list) =>
      consistent(empty, list, {
        number: 3n,
        epoch: 'other',
        removed: truth.today.streams.map(({ uuid }) => ({ kind: 'stream', id: uuid })),
      }),
  }),
  "another installation's list": (truth) => ({
    reply: (list) => consistent(truth.yesterday, list, { number: 99n, installation: uuidOf(7) }),
  }),
  'another digest': (truth) => honestBut(truth, { 'ccd-digest': digestAnswer(Buffer.from('x')) }),
  'a digest that is none': (truth) => honestBut(truth, { 'ccd-digest': 'zz' }),
  'another count': (truth) => honestBut(truth, { 'ccd-count': '1' }),
  'a count beyond measure': (truth) => honestBut(truth, { 'ccd-count': '99999999999999999999' }),
  'a revision that is none': (truth) => honestBut(truth, { 'ccd-revision': 'e1/-1' }),
  'a revision beyond 64 bits': (truth) => honestBut(truth, { 'ccd-revision': `e1/${2n ** 64n}` }),
  'two revisions': (truth) => honestBut(truth, { 'ccd-revision': ['e1/1', 'e1/2'] }),
  'removals that are none': (truth) => honestBut(truth, { 'ccd-removed': 'stream/../../etc' }),
  'more removals than may be': (truth) =>
    honestBut(truth, { 'ccd-removed': Array.from({ length: 101 }, () => `stream/${uuidOf(1)}`).join(',') }),
  'a part of the headers': (truth) => ({
    reply: (list) => toReply(encode(empty, list), { 'ccd-revision': `e1/${truth.number + 1n}` }),
  }),
  'a claim that nothing has changed since a revision that nobody named': (truth) => ({
    reply: (list) =>
      toReply(Buffer.alloc(0), { ...honestHeaders(truth, list), 'ccd-unchanged-since': 'e1/1' }),
  }),
  'a claim that nothing has changed beside half a list': (truth) => ({
    reply: (list) => {
      const said = consistent(half(truth.today), list, truth);
      return { ...said, headers: { ...said.headers, 'ccd-unchanged-since': `${epoch}/${truth.number}` } };
    },
  }),
  'random bytes under honest headers': (truth) => underHonestHeaders(truth, () => garbage(truth, 500)),
  'random bytes without headers': (truth) => always(toReply(garbage(truth, 500))),
  'random bytes that agree with their headers': (truth) => {
    const bytes = garbage(truth, 200);
    const digest = createHash('sha256').update(bytes).digest('hex');
    return always(toReply(bytes, { 'ccd-revision': 'e1/99', 'ccd-count': '1', 'ccd-digest': digest }));
  },
  'groups within groups': () => always(toReply(Buffer.alloc(200_000, 0x0b))),
  'a frame that promises 2 GiB': () => always({ headers: grpc, data: Buffer.from([0, 127, 255, 255, 255]) }),
  'a frame cut short': (truth) => ({
    reply: (list) => ({
      headers: { ...grpc, ...honestHeaders(truth, list) },
      data: toFrame(encode(truth.today, list)).subarray(0, 40),
      trailers: { 'grpc-status': '0' },
    }),
  }),
  'two messages': (truth) => ({
    reply: (list) => ({
      headers: { ...grpc, ...honestHeaders(truth, list) },
      data: Buffer.concat([toFrame(encode(truth.today, list)), toFrame(Buffer.alloc(0))]),
      trailers: { 'grpc-status': '0' },
    }),
  }),
  'no message and success': () => always({ headers: { ...grpc, 'grpc-status': '0' } }),
  'a message and no status': (truth) => ({
    reply: (list) => ({ headers: grpc, data: toFrame(encode(half(truth.today), list)) }),
  }),
  'a compressed frame that nobody announced': () =>
    always({ headers: grpc, data: toFrame(gzipSync('x'), true), trailers: { 'grpc-status': '0' } }),
  'a compression that nobody knows': () =>
    always({
      headers: { ...grpc, 'grpc-encoding': 'zstd' },
      data: toFrame(Buffer.from('x'), true),
      trailers: { 'grpc-status': '0' },
    }),
  'a page of HTML': () =>
    always({ headers: { ':status': 200, 'content-type': 'text/html' }, data: Buffer.from('<html>') }),
  'a redirect': () => always({ headers: { ':status': 302, location: 'http://169.254.169.254/' } }),
  'an error of a proxy': () => always({ headers: { ':status': 502, 'content-type': 'text/html' } }),
  'headers beyond measure': () => always({ headers: { ...grpc, 'ccd-digest': 'a'.repeat(20_000) } }),
  'an unknown status': () => always(toErrorReply(99, 'what?')),
  'a status that is no number': () => always({ headers: { ...grpc, 'grpc-status': 'fine' } }),
  'an error that quotes a credential': () =>
    always(toErrorReply(13, 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl')),
  'an error of 100 kB over many lines': () => always(toErrorReply(3, 'x\n'.repeat(1_500))),
  'a stream that is reset': () => always({ headers: grpc, data: Buffer.from([0]), instead: 'reset' }),
  'a farewell in the middle': () => always({ headers: grpc, data: Buffer.from([0]), instead: 'goaway' }),
  'a hang before the headers': () => always({ instead: 'hang' }),
  'a hang in the middle of a frame': () =>
    always({ headers: grpc, data: Buffer.from([0, 0, 0, 1, 0, 7]), instead: 'hang' }),
  'a connection that is cut': () => always({ instead: 'destroy' }),
  'the truth, byte by byte': (truth) => behind(truth, { kind: 'slice' }),
  'the truth, reset on the way': (truth) =>
    behind(truth, { kind: 'reset', afterBytes: 50 + Math.floor(truth.random() * 300) }),
  'names that climb': (truth) => damaged(truth, everyName('../../../etc/passwd\n')),
  'names with control characters': (truth) => damaged(truth, everyName('a\u0000\u001b[2J\u202e')),
  'names without end': (truth) => damaged(truth, everyName('n'.repeat(10_000))),
  'no names': (truth) => damaged(truth, everyName('')),
  'identifiers that climb': (truth) => damaged(truth, everyUuid('../../x')),
  'identifiers of prototypes': (truth) => damaged(truth, everyUuid('__proto__')),
  'one identifier for everything': (truth) => damaged(truth, everyUuid(uuidOf(1))),
  'identifiers in capitals': (truth) => damaged(truth, everyUuid(uuidOf(1).toUpperCase())),
};

const grpc = { ':status': 200, 'content-type': 'application/grpc' };
for (let code = 1; code <= 16; code += 1) {
  Object.assign(lies, { [`gRPC status ${code}`]: () => always(toErrorReply(code, 'no')) });
}
