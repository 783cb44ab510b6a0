import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { InvalidRecordError, InvalidRequestError, RecordTooLargeError } from '../../errors.ts';
import { partitionOfKey } from '../../partitioner.ts';
import type { WireAppend, WireRecord } from '../wire/record-codec.ts';
import type { Catalog, PartitionState, TopicState } from './catalog.ts';
import { blobIn, numberIn } from './rows.ts';

const offsetsPerPartition = 2 ** 36;

/** The row id of a record; see the layout in open-database.ts. */
export function recordId(partition: PartitionState | { readonly id: number }, offset: number): number {
  return partition.id * offsetsPerPartition + offset;
}

export interface ReadLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export interface RecordStore {
  /**
   * Stores the records in order and returns [partition, offset] of each. Refuses before it writes anything.
   * `turn` picks the first partition for records without a key.
   * @throws TopicNotFoundError, RecordTooLargeError, InvalidRecordError, InvalidRequestError
   */
  append(topics: readonly string[], records: readonly WireAppend[], turn: number): [number, number][];
  /** Records from `offset` on, at least one where there is any, and the offset at which to read on. */
  read(
    partition: PartitionState,
    offset: number,
    limits: ReadLimits,
  ): { records: WireRecord[]; nextOffset: number };
}

const headersSchema = z.record(z.string(), z.string());

function isHeaders(bytes: Uint8Array): boolean {
  try {
    return headersSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).success;
  } catch {
    return false;
  }
}

function sizeOf({ key, value, headers }: WireAppend | WireRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0) + (headers?.length ?? 0);
}

export function createRecordStore(
  db: DatabaseSync,
  catalog: Catalog,
  options: { readonly now: () => number; readonly maxRecordBytes: number },
): RecordStore {
  const insert = db.prepare(
    'INSERT INTO records (id, timestamp, stored_at, key, value, headers) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const select = db.prepare(
    'SELECT id, timestamp, key, value, headers FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
  );

  function assertRecord({ description }: TopicState, record: WireAppend): void {
    const size = sizeOf(record);
    if (size > options.maxRecordBytes) {
      throw new RecordTooLargeError(description.name, size, options.maxRecordBytes);
    }
    const refuse = (reason: string) => new InvalidRecordError(description.name, reason);
    if (record.partition < -1 || record.partition >= description.partitions)
      throw refuse('no such partition');
    if (record.timestamp !== -1 && !(Number.isSafeInteger(record.timestamp) && record.timestamp >= 0)) {
      throw refuse('a timestamp is a whole number of milliseconds since the epoch');
    }
    if (record.key === null && description.config.cleanup === 'compact') {
      throw refuse('a compacted topic needs a key');
    }
    if (record.headers && !isHeaders(record.headers)) throw refuse('headers are texts by name');
  }

  function choose({ partitions }: TopicState, { partition, key }: WireAppend, turn: number): PartitionState {
    const hashed = key ? partitionOfKey(key, partitions.length) : turn % partitions.length;
    const chosen = partitions[partition === -1 ? hashed : partition];
    if (!chosen) throw new InvalidRequestError('no such partition');
    return chosen;
  }

  return {
    append(names, records, turn) {
      const topics = names.map((name) => catalog.require(name));
      const placed = records.map((record, index) => {
        const topic = topics[record.topic];
        if (!topic) throw new InvalidRequestError('a record names a topic that its request does not list');
        assertRecord(topic, record);
        return { record, partition: choose(topic, record, turn + index) };
      });
      const now = options.now();
      return placed.map(({ record, partition }) => {
        const offset = partition.next++;
        const timestamp = record.timestamp === -1 ? now : record.timestamp;
        insert.run(recordId(partition, offset), timestamp, now, record.key, record.value, record.headers);
        catalog.touch(partition);
        return [partition.partition, offset];
      });
    },

    read(partition, offset, { maxRecords, maxBytes }) {
      const from = Math.max(offset, partition.earliest);
      const records: WireRecord[] = [];
      let bytes = 0;
      const base = recordId(partition, 0);
      // Not `all`: the rows together may be far larger than maxBytes.
      for (const row of select.iterate(base + from, base + partition.next, maxRecords)) {
        const record = {
          offset: numberIn(row, 'id') - base,
          timestamp: numberIn(row, 'timestamp'),
          key: blobIn(row, 'key'),
          value: blobIn(row, 'value'),
          headers: blobIn(row, 'headers'),
        };
        bytes += sizeOf(record);
        if (records.length > 0 && bytes > maxBytes) return { records, nextOffset: record.offset };
        records.push(record);
      }
      const last = records.at(-1);
      const cut = records.length === maxRecords && last !== undefined;
      return { records, nextOffset: cut ? last.offset + 1 : Math.max(from, partition.next) };
    },
  };
}
