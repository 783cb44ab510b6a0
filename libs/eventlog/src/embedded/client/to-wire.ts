import type { RecordToAppend, RecordPosition, StoredRecord, TopicPartition } from '../../port.ts';
import { z } from 'zod';
import { decodeRecords, encodeAppends } from '../wire/record-codec.ts';

const headersSchema = z.record(z.string(), z.string());

export interface WireRecords {
  /** The topics that the records name by index. */
  readonly topics: string[];
  readonly payload: Buffer;
}

export function toWireRecords(records: readonly RecordToAppend[]): WireRecords {
  const topics = [...new Set(records.map(({ topic }) => topic))];
  const indexes = new Map(topics.map((topic, index) => [topic, index]));
  const payload = encodeAppends(
    records.map(({ topic, partition, timestamp, key, value, headers }) => ({
      topic: indexes.get(topic) ?? -1,
      partition: partition ?? -1,
      timestamp: timestamp ?? -1,
      key,
      value,
      headers: headers && Object.keys(headers).length > 0 ? Buffer.from(JSON.stringify(headers)) : null,
    })),
  );
  return { topics, payload };
}

export function toPositions(
  records: readonly RecordToAppend[],
  positions: readonly (readonly [number, number])[],
): RecordPosition[] {
  return records.flatMap(({ topic }, index) => {
    const found = positions[index];
    return found ? [{ topic, partition: found[0], offset: found[1] }] : [];
  });
}

export function fromWireRecords({ topic, partition }: TopicPartition, payload: Buffer): StoredRecord[] {
  return decodeRecords(payload).map(({ offset, timestamp, key, value, headers }) => ({
    topic,
    partition,
    offset,
    timestamp,
    key,
    value,
    headers: headers ? headersSchema.parse(JSON.parse(headers.toString('utf8'))) : {},
  }));
}
