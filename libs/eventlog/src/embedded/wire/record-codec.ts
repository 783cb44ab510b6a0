import { ProtocolError } from './frames.ts';

/** A record on its way to the engine; `topic` is an index into the request's list of topics. */
export interface WireAppend {
  readonly topic: number;
  /** -1: the engine chooses. */
  readonly partition: number;
  /** -1: the time of the append. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** JSON of an object of strings. */
  readonly headers: Uint8Array | null;
}

/** A record on its way to a reader. */
export interface WireRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Uint8Array | null;
}

const appendFixed = 4 + 4 + 8;
const recordFixed = 8 + 8;
type Blobs = Pick<WireAppend, 'key' | 'value' | 'headers'>;

function blobsSize({ key, value, headers }: Blobs): number {
  return 12 + (key?.length ?? 0) + (value?.length ?? 0) + (headers?.length ?? 0);
}

function writeBlob(target: Buffer, at: number, blob: Uint8Array | null): number {
  target.writeInt32BE(blob?.length ?? -1, at);
  if (blob) target.set(blob, at + 4);
  return at + 4 + (blob?.length ?? 0);
}

function writeBlobs(target: Buffer, at: number, { key, value, headers }: Blobs): number {
  return writeBlob(target, writeBlob(target, writeBlob(target, at, key), value), headers);
}

function encode<T extends Blobs>(
  records: readonly T[],
  fixed: number,
  writeFixed: (target: Buffer, at: number, record: T) => void,
): Buffer {
  const size = records.reduce((sum, record) => sum + fixed + blobsSize(record), 0);
  const target = Buffer.allocUnsafe(size);
  let at = 0;
  for (const record of records) {
    writeFixed(target, at, record);
    at = writeBlobs(target, at + fixed, record);
  }
  return target;
}

function decode<T>(
  bytes: Buffer,
  fixed: number,
  read: (at: number, blobs: { key: Buffer | null; value: Buffer | null; headers: Buffer | null }) => T,
): T[] {
  const records: T[] = [];
  let at = 0;
  const blob = (): Buffer | null => {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length === -1) return null;
    if (length < 0 || length > bytes.length - at) throw new ProtocolError('field longer than its record');
    const value = bytes.subarray(at, at + length);
    at += length;
    return value;
  };
  try {
    while (at < bytes.length) {
      const start = at;
      at += fixed;
      records.push(read(start, { key: blob(), value: blob(), headers: blob() }));
    }
  } catch (cause) {
    // A read beyond the end, or a field's own refusal.
    throw new ProtocolError('not a list of records', { cause });
  }
  return records;
}

export function encodeAppends(records: readonly WireAppend[]): Buffer {
  return encode(records, appendFixed, (target, at, record) => {
    target.writeInt32BE(record.topic, at);
    target.writeInt32BE(record.partition, at + 4);
    target.writeDoubleBE(record.timestamp, at + 8);
  });
}

/** The fields of what it returns are views of `bytes`. @throws ProtocolError */
export function decodeAppends(bytes: Buffer): WireAppend[] {
  return decode(bytes, appendFixed, (at, blobs) => ({
    topic: bytes.readInt32BE(at),
    partition: bytes.readInt32BE(at + 4),
    timestamp: bytes.readDoubleBE(at + 8),
    ...blobs,
  }));
}

export function encodeRecords(records: readonly WireRecord[]): Buffer {
  return encode(records, recordFixed, (target, at, record) => {
    target.writeDoubleBE(record.offset, at);
    target.writeDoubleBE(record.timestamp, at + 8);
  });
}

/** The fields of what it returns are views of `bytes`. @throws ProtocolError */
export function decodeRecords(
  bytes: Buffer,
): (WireRecord & { key: Buffer | null; value: Buffer | null; headers: Buffer | null })[] {
  return decode(bytes, recordFixed, (at, blobs) => ({
    offset: bytes.readDoubleBE(at),
    timestamp: bytes.readDoubleBE(at + 8),
    ...blobs,
  }));
}
