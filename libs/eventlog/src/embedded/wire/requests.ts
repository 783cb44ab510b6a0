import { z } from 'zod';

/** Version of this protocol; both ends must speak the same one. */
export const protocolVersion = 1;

/** How many writes of one client may be unanswered; the engine remembers the outcomes of as many. */
export const writeWindow = 128;

const id = z.number().int().nonnegative();
const text = z.string().min(1).max(255);
/** Whatever it is, only an existing topic's name finds anything. */
const name = z.string().max(10_000);
const offset = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const partition = z.number().int().nonnegative();
const topics = z.array(name).max(10_000);
const position = z.strictObject({ topic: name, partition });
const committed = position.extend({ offset, metadata: z.string().max(4096).exactOptional() });
const config = z.strictObject({
  cleanup: z.enum(['delete', 'compact']),
  retentionMs: z.number().exactOptional(),
});
const spec = z.strictObject({
  name,
  partitions: z.number(),
  replicationFactor: z.number().exactOptional(),
  config,
});
/** A key of a table and its value's size in the payload; null stands for no value. */
const entry = z.strictObject({ key: z.string().max(1024), size: id.nullable() });
const entries = z.array(entry).max(10_000);
/** Writes carry a sequence of their client, so that a retry is recognised. */
const write = { id, sequence: id };

export const requestSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('hello'), id, version: z.number(), client: z.uuid() }),
  z.strictObject({ op: z.literal('bye'), id }),
  z.strictObject({ op: z.literal('ping'), id }),
  z.strictObject({ op: z.literal('topics.list'), id }),
  z.strictObject({ op: z.literal('topics.describe'), id, topic: name }),
  z.strictObject({ op: z.literal('topics.bounds'), id, topic: name }),
  z.strictObject({ op: z.literal('topics.create'), ...write, spec }),
  z.strictObject({ op: z.literal('topics.alter'), ...write, topic: name, config }),
  z.strictObject({ op: z.literal('topics.delete'), ...write, topic: name, uid: z.string().exactOptional() }),
  z.strictObject({ op: z.literal('offsets.get'), id, group: text, topic: name }),
  z.strictObject({ op: z.literal('offsets.forget'), ...write, group: text }),
  z.strictObject({ op: z.literal('append'), ...write, topics }),
  z.strictObject({ op: z.literal('transaction.begin'), ...write, transactionalId: text }),
  z.strictObject({
    op: z.literal('transaction.commit'),
    ...write,
    transactionalId: text,
    epoch: id,
    group: text,
    offsets: z.array(committed).max(10_000),
    topics,
  }),
  z.strictObject({
    op: z.literal('fetch'),
    id,
    /** The member of a group that reads; absent for a reader of its own. */
    consumer: id.exactOptional(),
    topic: name,
    partition,
    offset,
    maxRecords: z.number().int().positive(),
    maxBytes: z.number().int().positive(),
  }),
  z.strictObject({ op: z.literal('cancel'), id, request: id }),
  z.strictObject({ op: z.literal('group.join'), id, consumer: id, group: text, topics }),
  z.strictObject({ op: z.literal('group.leave'), id, consumer: id }),
  z.strictObject({ op: z.literal('group.release'), id, consumer: id, partitions: z.array(position) }),
  z.strictObject({
    op: z.literal('group.commit'),
    id,
    consumer: id,
    offsets: z.array(committed).max(10_000),
  }),
  z.strictObject({
    op: z.literal('table.get'),
    id,
    table: text,
    keys: z.array(z.string().max(1024)).max(10_000),
  }),
  z.strictObject({ op: z.literal('table.write'), ...write, table: text, expect: entries, put: entries }),
]);

export type Request = z.infer<typeof requestSchema>;
export type RequestOf<Op extends Request['op']> = Extract<Request, { op: Op }>;

const nothing = z.strictObject({});
const description = z.strictObject({ name: z.string(), id: z.string(), partitions: z.number(), config });

/** What each request is answered with; some answers have a payload too. */
export const resultSchemas = {
  hello: nothing,
  bye: nothing,
  ping: nothing,
  'topics.list': z.strictObject({ topics: z.array(description) }),
  'topics.describe': z.strictObject({ topic: description.exactOptional() }),
  'topics.bounds': z.strictObject({
    bounds: z.array(position.extend({ earliest: offset, latest: offset })),
  }),
  'topics.create': z.strictObject({ topic: description }),
  'topics.alter': nothing,
  'topics.delete': nothing,
  'offsets.get': z.strictObject({ offsets: z.array(committed) }),
  'offsets.forget': nothing,
  /** One position for each record: [partition, offset]. */
  append: z.strictObject({ positions: z.array(z.tuple([partition, offset])) }),
  'transaction.begin': z.strictObject({ epoch: id }),
  'transaction.commit': nothing,
  /** Payload: the records. `nextOffset` is where to read on. */
  fetch: z.strictObject({ nextOffset: offset, highWatermark: offset }),
  cancel: nothing,
  'group.join': nothing,
  'group.leave': nothing,
  'group.release': nothing,
  'group.commit': nothing,
  /** Payload: the values that exist, in order. */
  'table.get': z.strictObject({ sizes: z.array(id.nullable()) }),
  'table.write': z.strictObject({ written: z.boolean() }),
} as const satisfies Record<Request['op'], z.ZodType>;

export type ResultOf<Op extends Request['op']> = z.infer<(typeof resultSchemas)[Op]>;
export type ResultSchemas = { readonly [Op in Request['op']]: z.ZodType<ResultOf<Op>> };

/** What the engine tells a member of a group without being asked. */
export const eventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('assigned'), consumer: id, partitions: z.array(position) }),
  /** To be finished and released; the member owns them until then. */
  z.strictObject({ event: z.literal('revoking'), consumer: id, partitions: z.array(position) }),
  /** The member is out of its group and owns nothing; it may join again. */
  z.strictObject({ event: z.literal('expelled'), consumer: id }),
]);
export type GroupEvent = z.infer<typeof eventSchema>;

export const replySchema = z.union([
  z.strictObject({ id, result: z.unknown() }),
  z.strictObject({
    id,
    error: z.strictObject({ code: z.string(), fields: z.record(z.string(), z.unknown()) }),
  }),
]);
