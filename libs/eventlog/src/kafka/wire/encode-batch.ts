import { compressionsAlgorithms, crc32c } from '@platformatic/kafka';
import { varintSize, writeVarint } from './varint.ts';

export const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Compression = (typeof compressions)[number];

/** A record on its way into a batch; its size is known, since batches are filled by it. */
export interface EncodableRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer, Buffer])[];
  readonly timestamp: number;
}

/** Whose batch it is: with the sequence of its first record, brokers store a batch that comes twice once. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly transactional: boolean;
}

/** Bytes of a batch before its first record. */
export const batchHeaderBytes = 61;
/** More than the numbers of one record take at most, next to its key, value and headers. */
export const recordOverheadBytes = 32;
const magic = 2;
/** The checksum covers a batch from here on. */
export const crcStart = 21;
const transactionalFlag = 1 << 4;

export function toHeaders(
  headers: Readonly<Record<string, string>> = {},
): readonly (readonly [Buffer, Buffer])[] {
  return Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
}

/** Upper bound of the record's bytes in a batch without compression. */
export function encodedBytes({ key, value, headers }: EncodableRecord): number {
  const ofHeaders = headers.reduce((sum, [name, text]) => sum + name.length + text.length + 10, 0);
  return recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders;
}

/**
 * One batch of records of one partition: https://kafka.apache.org/documentation/#recordbatch, magic 2, with the time of
 * the producer in each record.
 */
export function encodeBatch(
  records: readonly EncodableRecord[],
  { producerId, producerEpoch, firstSequence, transactional }: BatchIdentity,
  compression: Compression,
): Buffer {
  const base = records[0]?.timestamp ?? 0;
  const bound = records.reduce((sum, record) => sum + encodedBytes(record), batchHeaderBytes);
  const batch = Buffer.allocUnsafe(bound);
  let end = batchHeaderBytes;
  let newest = base;
  for (const [index, record] of records.entries()) {
    end = writeRecord(batch, end, record, index, base);
    if (record.timestamp > newest) newest = record.timestamp;
  }
  const whole =
    compression === 'none' ? batch.subarray(0, end) : compressed(batch.subarray(0, end), compression);
  whole.writeBigInt64BE(0n, 0);
  whole.writeInt32BE(whole.length - 12, 8);
  whole.writeInt32BE(-1, 12);
  whole.writeInt8(magic, 16);
  whole.writeInt16BE(
    compressionsAlgorithms[compression].bitmask | (transactional ? transactionalFlag : 0),
    crcStart,
  );
  whole.writeInt32BE(records.length - 1, 23);
  whole.writeBigInt64BE(BigInt(base), 27);
  whole.writeBigInt64BE(BigInt(newest), 35);
  whole.writeBigInt64BE(producerId, 43);
  whole.writeInt16BE(producerEpoch, 51);
  whole.writeInt32BE(firstSequence, 53);
  whole.writeInt32BE(records.length, 57);
  whole.writeUInt32BE(crc32c(whole.subarray(crcStart)), 17);
  return whole;
}

function compressed(batch: Buffer, compression: Compression): Buffer {
  const records = compressionsAlgorithms[compression].compressSync(batch.subarray(batchHeaderBytes));
  return Buffer.concat([batch.subarray(0, batchHeaderBytes), records]);
}

function writeRecord(
  batch: Buffer,
  at: number,
  { key, value, headers, timestamp }: EncodableRecord,
  index: number,
  base: number,
): number {
  const delta = timestamp - base;
  let length =
    1 + varintSize(delta) + varintSize(index) + sizeOf(key) + sizeOf(value) + varintSize(headers.length);
  for (const [name, text] of headers) length += sizeOf(name) + sizeOf(text);
  let end = writeVarint(batch, length, at);
  batch[end++] = 0;
  end = writeVarint(batch, delta, end);
  end = writeVarint(batch, index, end);
  end = writeBytes(batch, key, end);
  end = writeBytes(batch, value, end);
  end = writeVarint(batch, headers.length, end);
  for (const [name, text] of headers) end = writeBytes(batch, text, writeBytes(batch, name, end));
  return end;
}

function sizeOf(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function writeBytes(batch: Buffer, bytes: Buffer | null, at: number): number {
  if (bytes === null) return writeVarint(batch, -1, at);
  const end = writeVarint(batch, bytes.length, at);
  bytes.copy(batch, end);
  return end + bytes.length;
}
