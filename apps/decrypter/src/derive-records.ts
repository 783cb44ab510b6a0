import { isUnreadable } from '@ccd/dataplane';
import type { RecordToAppend, StoredRecord } from '@ccd/eventlog';
import type { KeyLookup, KeyStore } from '@ccd/keystore';
import type { FieldCipher } from '@ccd/privacy';
import { DecryptionError } from '@ccd/privacy';
import { UnknownMaskedFieldError } from './derive-event.ts';
import { createDerivedValues } from './derived-values.ts';
import type { SourceEvent, SourceReader } from './source-event.ts';

export interface DeriveOptions {
  readonly streamId: string;
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
  readonly key: Key;
}

/** The key of some events of a batch. */
interface Key {
  readonly keyLink: string;
  /** Undefined until it was looked up. */
  lookup: KeyLookup | undefined;
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
  const keys = new Map<string, Key>();
  let erased = 0;
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const { readable, blockage: unreadable } = await readAll(
      records.slice(at, at + recordsAtOnce),
      keys,
      options,
    );
    await lookUpAll(readable, options);
    const { records: these, erased: theseErased, blockage } = deriveAll(readable, options);
    for (const record of these) derived.push(record);
    erased += theseErased;
    if (blockage !== undefined) return { records: derived, erased, blockage };
    if (unreadable !== undefined) return { records: derived, erased, blockage: unreadable };
  }
  return { records: derived, erased };
}

/** Events that are held as such at a time: few enough to be gone before the garbage collector takes them for lasting. */
const recordsAtOnce = 64;

async function lookUpAll(
  readable: readonly Readable[],
  { keys, streamId }: Pick<DeriveOptions, 'keys' | 'streamId'>,
): Promise<void> {
  const unknown = [...new Set(readable.map(({ key }) => key).filter(({ lookup }) => lookup === undefined))];
  if (unknown.length === 0) return;
  const found = await keys.lookUp(
    streamId,
    unknown.map(({ keyLink }) => keyLink),
  );
  for (const key of unknown) key.lookup = found.get(key.keyLink) ?? { state: 'missing' };
}

function deriveAll(readable: readonly Readable[], { cipherOf }: Pick<DeriveOptions, 'cipherOf'>): Derivation {
  const output = createDerivedValues();
  let erased = 0;
  for (const { record, event, key } of readable) {
    const { lookup } = key;
    if (lookup?.state === 'erased') {
      erased += 1;
      continue;
    }
    if (lookup?.state !== 'found') {
      return { records: output.take(), erased, blockage: blockageOf(record, 'KeyMissing', keyMissing) };
    }
    try {
      output.add(record, event, cipherOf(lookup.key));
    } catch (error) {
      return { records: output.take(), erased, blockage: toBlockage(record, error) };
    }
  }
  return { records: output.take(), erased };
}

const keyMissing = 'The key of an event is neither in the key store nor in its journal; restore them';

async function readAll(
  records: readonly StoredRecord[],
  keys: Map<string, Key>,
  { source }: DeriveOptions,
): Promise<{ readable: readonly Readable[]; blockage?: Blockage }> {
  const readable: Readable[] = [];
  for (const record of records) {
    try {
      const value = record.value ?? Buffer.alloc(0);
      const event = source.readAtOnce(value) ?? (await source.read(value));
      if (event === undefined) continue;
      if (event.streams.length === 0) continue;
      const { keyLink } = event;
      if (keyLink === null)
        return { readable, blockage: blockageOf(record, 'UnreadableRecord', 'An event has no key link') };
      readable.push({ record, event, key: keyOf(keys, keyLink) });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { readable, blockage: toBlockage(record, error) };
    }
  }
  return { readable };
}

function keyOf(keys: Map<string, Key>, keyLink: string): Key {
  const known = keys.get(keyLink);
  if (known !== undefined) return known;
  const key: Key = { keyLink, lookup: undefined };
  keys.set(keyLink, key);
  return key;
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
