import type { RecordToAppend, TopicPartition } from '../../port.ts';
import { InvalidRecordError, RecordTooLargeError } from '../../errors.ts';
import { partitionKey } from '../../consuming/partition-key.ts';
import { partitionOfKey } from '../../partitioner.ts';
import { batchHeaderBytes, encodedBytes, toHeaders } from '../wire/encode-batch.ts';
import type { EncodableRecord } from '../wire/encode-batch.ts';
import { maxBatchBytes, maxCallBytes } from './limits.ts';

/** Records of one call for one partition, as many as go into one batch: stored together or not at all. */
export interface Part extends TopicPartition {
  readonly records: EncodableRecord[];
  /** Where each of them was among the records of the call. */
  readonly indexes: number[];
  bytes: number;
}

/** Chooses partitions for records without a key. */
export interface Turns {
  next(topic: string, partitions: number): number;
}

/** The partitions of a topic in turn, from a random one on: many short-lived producers must not all begin with 0. */
export function createTurns(): Turns {
  const turns = new Map<string, number>();
  return {
    next(topic, partitions) {
      const turn = turns.get(topic) ?? Math.floor(Math.random() * partitions);
      turns.set(topic, turn + 1);
      return turn % partitions;
    },
  };
}

/** What the records take while they wait, about. */
export function bytesOf(records: readonly RecordToAppend[]): number {
  let bytes = 0;
  for (const { key, value } of records) bytes += batchHeaderBytes + (key?.length ?? 0) + (value?.length ?? 0);
  return bytes;
}

/**
 * Sorts the records of one call into parts, in their order. Records without key and partition stay together.
 * @throws InvalidRecordError, RecordTooLargeError, before anything is sent
 */
export function placeRecords(
  records: readonly RecordToAppend[],
  partitionsOf: (topic: string) => number,
  turns: Turns,
  now: number,
): readonly Part[] {
  const parts: Part[] = [];
  const open = new Map<string, Part>();
  const chosen = new Map<string, number>();
  let callBytes = 0;
  for (const [index, record] of records.entries()) {
    const { topic, key, value, timestamp = now } = record;
    const partition = choose(record, partitionsOf(topic), turns, chosen);
    const encodable = { key, value, timestamp, headers: toHeaders(record.headers) };
    const bytes = encodedBytes(encodable);
    if (bytes + batchHeaderBytes > maxBatchBytes) throw new RecordTooLargeError(topic, bytes, maxBatchBytes);
    callBytes += bytes;
    if (callBytes > maxCallBytes) throw new RecordTooLargeError(topic, callBytes, maxCallBytes);
    const place = partitionKey({ topic, partition });
    let part = open.get(place);
    if (!part || part.bytes + bytes > maxBatchBytes) {
      part = { topic, partition, records: [], indexes: [], bytes: batchHeaderBytes };
      open.set(place, part);
      parts.push(part);
    }
    part.records.push(encodable);
    part.indexes.push(index);
    part.bytes += bytes;
  }
  return parts;
}

function choose(
  { topic, partition, key }: RecordToAppend,
  partitions: number,
  turns: Turns,
  chosen: Map<string, number>,
): number {
  if (partition !== undefined) {
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
    throw new InvalidRecordError(topic, `there is no partition ${partition}`);
  }
  if (key !== null) return partitionOfKey(key, partitions);
  const turn = chosen.get(topic) ?? turns.next(topic, partitions);
  chosen.set(topic, turn);
  return turn;
}
