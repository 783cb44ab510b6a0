import { createAPI, fetchV13, produceV9, ProduceAcks, ResponseError, Writer } from '@platformatic/kafka';
import type { Reader } from '@platformatic/kafka';
import type { AbortedTransaction } from './decode-batches.ts';

/*
 * The two requests that carry records, with the batches as bytes. Newer versions of both put the new leader into tagged
 * fields of an error, which the library's reader does not skip.
 */

export interface EncodedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

function createProduceRequest(
  transactionalId: string | null,
  timeoutMs: number,
  batches: readonly EncodedBatch[],
): Writer {
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(ProduceAcks.ALL)
    .appendInt32(timeoutMs)
    .appendArray([...Map.groupBy(batches, ({ topic }) => topic)], (topics, [topic, ofTopic]) => {
      topics.appendString(topic).appendArray(ofTopic, (partitions, { partition, bytes }) => {
        partitions
          .appendInt32(partition)
          .appendUnsignedVarInt(bytes.length + 1)
          .append(bytes);
      });
    })
    .appendTaggedFields();
}

/** Produce with acks=all; one batch a partition. */
export const produce = createAPI<Parameters<typeof createProduceRequest>, produceV9.ProduceResponse>(
  0,
  9,
  createProduceRequest,
  produceV9.parseResponse,
);

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly lastStableOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly bytes: Buffer;
}

export interface FetchAnswer {
  readonly errorCode: number;
  readonly topics: readonly { readonly topicId: string; readonly partitions: readonly FetchedPartition[] }[];
}

function parseFetch(_correlationId: number, apiKey: number, apiVersion: number, reader: Reader): FetchAnswer {
  reader.readInt32();
  const errorCode = reader.readInt16();
  if (errorCode !== 0)
    throw new ResponseError(apiKey, apiVersion, { '': [errorCode, null] }, { errorCode, topics: [] });
  reader.readInt32();
  const topics = reader.readArray((topic) => ({
    topicId: topic.readUUID(),
    partitions: topic.readArray((each) => {
      const partition = each.readInt32();
      const code = each.readInt16();
      each.readInt64();
      const lastStableOffset = Number(each.readInt64());
      each.readInt64();
      const aborted = each.readArray((transaction) => ({
        producerId: transaction.readInt64(),
        firstOffset: transaction.readInt64(),
      }));
      each.readInt32();
      const length = each.readUnsignedVarInt() - 1;
      const bytes = length > 0 ? each.buffer.slice(each.position, each.position + length) : Buffer.alloc(0);
      if (length > 0) each.skip(length);
      return { partition, errorCode: code, lastStableOffset, aborted, bytes };
    }),
  }));
  return { errorCode, topics };
}

export const fetch = createAPI<fetchV13.FetchRequest, FetchAnswer>(1, 13, fetchV13.createRequest, parseFetch);
