import { compressionsAlgorithmsByBitmask, crc32c } from '@platformatic/kafka';
import type { StoredRecord, TopicPartition } from '../../port.ts';
import { crcStart } from './encode-batch.ts';
import { VarintReader } from './varint.ts';

/** A transaction that was aborted: what its producer wrote from the offset on, until its marker, was never there. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

export interface DecodedBatches {
  readonly records: StoredRecord[];
  /** One past everything that the bytes cover: markers, aborted and compacted records too. */
  readonly nextOffset: number;
}

const headerBytes = 61;
const compressionMask = 0b111;
const appendTimeFlag = 1 << 3;
const transactionalFlag = 1 << 4;
const controlFlag = 1 << 5;
const abortMarker = 0;

/**
 * The committed records from `from` on in what a fetch answered (https://kafka.apache.org/documentation/#recordbatch).
 * The last batch may have been cut off, and is then left out.
 * @throws RangeError, Error about bytes that are no record batch of a kind that is known, or not those that were stored
 */
export function decodeBatches(
  place: TopicPartition,
  bytes: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
): DecodedBatches {
  const records: StoredRecord[] = [];
  const pending = aborted.toSorted((one, other) => Number(one.firstOffset - other.firstOffset));
  const aborting = new Set<bigint>();
  let nextOffset = from;
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    const batch = bytes.subarray(at, end);
    const magic = batch.readInt8(16);
    if (magic !== 2) throw new Error(`record batches of version ${magic} are not supported`);
    const baseOffset = Number(batch.readBigInt64BE(0));
    const lastOffset = baseOffset + batch.readInt32BE(23);
    // Brokers look at it when they store a batch, and never again.
    if (batch.readUInt32BE(17) !== crc32c(batch.subarray(crcStart))) {
      throw new Error(`the record batch at offset ${baseOffset} is damaged`);
    }
    const attributes = batch.readInt16BE(21);
    const producerId = batch.readBigInt64BE(43);
    for (let next = pending[0]; next && next.firstOffset <= lastOffset; next = pending[0]) {
      aborting.add(next.producerId);
      pending.shift();
    }
    if (attributes & controlFlag) {
      if (markerOf(batch) === abortMarker) aborting.delete(producerId);
    } else if (!(attributes & transactionalFlag && aborting.has(producerId))) {
      readRecords(place, batch, baseOffset, attributes, from, records);
    }
    nextOffset = Math.max(nextOffset, lastOffset + 1);
    at = end;
  }
  return { records, nextOffset };
}

function markerOf(batch: Buffer): number | undefined {
  const reader = new VarintReader(batch, headerBytes);
  reader.next();
  reader.at += 1;
  reader.next();
  reader.next();
  return reader.bytes()?.readInt16BE(2);
}

function readRecords(
  { topic, partition }: TopicPartition,
  batch: Buffer,
  baseOffset: number,
  attributes: number,
  from: number,
  into: StoredRecord[],
): void {
  const count = batch.readInt32BE(57);
  const baseTime = Number(batch.readBigInt64BE(27));
  const appendTime = attributes & appendTimeFlag ? Number(batch.readBigInt64BE(35)) : undefined;
  const compression = attributes & compressionMask;
  const algorithm = compressionsAlgorithmsByBitmask[compression];
  if (!algorithm) throw new Error(`record batches of compression ${compression} are not supported`);
  const reader = compression
    ? new VarintReader(algorithm.decompressSync(batch.subarray(headerBytes)))
    : new VarintReader(batch, headerBytes);
  for (let index = 0; index < count; index++) {
    reader.next();
    reader.at += 1;
    const timestamp = appendTime ?? baseTime + reader.next();
    if (appendTime !== undefined) reader.next();
    const offset = baseOffset + reader.next();
    const key = reader.bytes();
    const value = reader.bytes();
    const headers = readHeaders(reader);
    if (offset >= from) into.push({ topic, partition, offset, timestamp, key, value, headers });
  }
}

function readHeaders(reader: VarintReader): Record<string, string> {
  let left = reader.next();
  if (left === 0) return {};
  const headers: [string, string][] = [];
  for (; left > 0; left--) headers.push([String(reader.bytes()), reader.bytes()?.toString('utf8') ?? '']);
  return Object.fromEntries(headers);
}
