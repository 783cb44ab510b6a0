import { isUnreadable } from '@ccd/dataplane';
import type { RecordToAppend, StoredRecord } from '@ccd/eventlog';
import type { KeyLookup, KeyStore } from '@ccd/keystore';
import type { FieldCipher } from '@ccd/privacy';
import { DecryptionError } from '@ccd/privacy';
import type { DerivedStream } from './derive-event.ts';
import { UnknownMaskedFieldError } from './derive-event.ts';
import type { SourceEvent, SourceReader } from './source-event.ts';

export interface DeriveOptions {
  readonly streamId: string;
  readonly derived: readonly DerivedStream[];
  readonly source: SourceReader;
  readonly keys: Pick<KeyStore, 'lookUp'>;
  readonly cipherOf: (key: Extract<KeyLookup, { state: 'found' }>['key']) => FieldCipher;
}

/** Why a record cannot be derived now. Nothing after it in its partition may overtake it. */
export interface Blockage {
  readonly offset: number;
  /** The record, where it is the reason itself; absent where an engine does not answer. */
  readonly record?: StoredRecord;
  /** Stable PascalCase code. */
  readonly reason: string;
  readonly message: string;
}

export interface Derivation {
  readonly records: readonly RecordToAppend[];
  /** Events left out because their key was erased. */
  readonly erased: number;
  /** Where the derivation stopped; absent when all records were derived. */
  readonly blockage?: Blockage;
}

interface Readable {
  readonly record: StoredRecord;
  readonly event: SourceEvent;
  readonly keyLink: string;
  readonly streams: readonly DerivedStream[];
}

/**
 * Derives records in their order. An event without consent for any stream costs nothing more; one whose key was erased
 * is left out; one whose key is missing, or that cannot be read or decrypted, stops the derivation there: nothing is
 * skipped, and nothing passes in clear text.
 * @throws what the control plane or the key store throw when they do not answer
 */
export async function deriveRecords(
  records: readonly StoredRecord[],
  options: DeriveOptions,
): Promise<Derivation> {
  options.source.beginBatch();
  const derived: RecordToAppend[] = [];
  let erased = 0;
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const { readable, blockage: unreadable } = await readAll(records.slice(at, at + recordsAtOnce), options);
    const links = [...new Set(readable.map(({ keyLink }) => keyLink))];
    const lookups =
      links.length === 0 ? new Map<string, KeyLookup>() : await options.keys.lookUp(options.streamId, links);
    for (const each of readable) {
      const lookup = lookups.get(each.keyLink) ?? { state: 'missing' };
      if (lookup.state === 'erased') {
        erased += 1;
        continue;
      }
      if (lookup.state === 'missing') {
        return { records: derived, erased, blockage: blockageOf(each.record, 'KeyMissing', keyMissing) };
      }
      try {
        derived.push(...deriveOne(each, options.cipherOf(lookup.key)));
      } catch (error) {
        return { records: derived, erased, blockage: toBlockage(each.record, error) };
      }
    }
    if (unreadable !== undefined) return { records: derived, erased, blockage: unreadable };
  }
  return { records: derived, erased };
}

/** Events that are held as such at a time: few enough to be gone before the garbage collector takes them for lasting. */
const recordsAtOnce = 64;

/** All of a record or nothing of it. */
function deriveOne({ record, event, streams }: Readable, cipher: FieldCipher): readonly RecordToAppend[] {
  return streams.map((stream) => ({
    topic: stream.topic,
    key: record.key,
    value: event.derive(stream, cipher),
    timestamp: record.timestamp,
  }));
}

const keyMissing = 'The key of an event is neither in the key store nor in its journal; restore them';

async function readAll(
  records: readonly StoredRecord[],
  { derived, source }: DeriveOptions,
): Promise<{ readable: readonly Readable[]; blockage?: Blockage }> {
  const readable: Readable[] = [];
  for (const record of records) {
    try {
      const value = record.value ?? Buffer.alloc(0);
      const event = source.readAtOnce(value) ?? (await source.read(value));
      if (event === undefined) continue;
      const { keyLink } = event.meta;
      const streams = derived.filter((stream) => stream.accepts(event.meta));
      if (streams.length === 0) continue;
      if (keyLink === null)
        return { readable, blockage: blockageOf(record, 'UnreadableRecord', 'An event has no key link') };
      readable.push({ record, event, keyLink, streams });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { readable, blockage: toBlockage(record, error) };
    }
  }
  return { readable };
}

function toBlockage(record: StoredRecord, error: unknown): Blockage {
  if (error instanceof DecryptionError) return blockageOf(record, 'DecryptionFailed', error.message);
  if (error instanceof UnknownMaskedFieldError) return blockageOf(record, 'MaskingFailed', error.message);
  if (isUnreadable(error) && error instanceof Error)
    return blockageOf(record, 'UnreadableRecord', error.message);
  throw error;
}

function blockageOf(record: StoredRecord, reason: string, message: string): Blockage {
  return { offset: record.offset, record, reason, message };
}
