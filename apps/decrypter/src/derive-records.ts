import { isUnreadable } from '@ccd/dataplane';
import type { RecordToAppend, StoredRecord } from '@ccd/eventlog';
import type { KeyStore } from '@ccd/keystore';
import type { Clock } from '@ccd/reconcile';
import { DecryptionError } from '@ccd/privacy';
import { UnknownMaskedFieldError } from './derive-event.ts';
import { createDerivedValues } from './derived-values.ts';
import type { HeldKey, HeldKeys } from './held-keys.ts';
import type { SourceEvent, SourceReader } from './source-event.ts';

export interface DeriveOptions {
  readonly streamId: string;
  readonly source: SourceReader;
  readonly keys: Pick<KeyStore, 'lookUp'>;
  readonly held: HeldKeys;
  readonly clock: Pick<Clock, 'monotonic'>;
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
  readonly key: HeldKey;
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
  const batch = {};
  let erased = 0;
  for (let at = 0; at < records.length; at += recordsAtOnce) {
    const { readable, blockage: unreadable } = await readAll(records.slice(at, at + recordsAtOnce), options);
    await lookUpAll(readable, batch, options);
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
  batch: object,
  { keys, held, streamId, clock }: Pick<DeriveOptions, 'keys' | 'held' | 'streamId' | 'clock'>,
): Promise<void> {
  const now = clock.monotonic();
  const unknown = new Set<HeldKey>();
  for (const { key } of readable) {
    // It may have been erased since; each batch asks again where the key store itself would.
    if (key.askedFor !== batch && key.freshUntil <= now) unknown.add(key);
  }
  if (unknown.size === 0) return;
  const found = await keys.lookUp(
    streamId,
    Array.from(unknown, ({ keyLink }) => keyLink),
  );
  for (const key of unknown) {
    const lookup = found.get(key.keyLink) ?? { state: 'missing' };
    key.lookup = lookup;
    key.askedFor = batch;
    key.freshUntil = lookup.state === 'found' ? now + lookup.freshForMs : now;
    if (lookup.state !== 'found') held.wipe(key);
  }
}

function deriveAll(readable: readonly Readable[], { held }: Pick<DeriveOptions, 'held'>): Derivation {
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
      output.add(record, event, held.cipherOf(key, lookup.key.keyset));
    } catch (error) {
      return { records: output.take(), erased, blockage: toBlockage(record, error) };
    }
  }
  return { records: output.take(), erased };
}

const keyMissing = 'The key of an event is neither in the key store nor in its journal; restore them';

async function readAll(
  records: readonly StoredRecord[],
  { source, held }: DeriveOptions,
): Promise<{ readable: readonly Readable[]; blockage?: Blockage }> {
  const readable: Readable[] = [];
  for (const record of records) {
    try {
      const value = record.value ?? Buffer.alloc(0);
      const event = source.readAtOnce(value) ?? (await source.read(value));
      if (event === undefined) continue;
      if (event.streams.length === 0) continue;
      const key = event.keyOf(held);
      if (key === null)
        return { readable, blockage: blockageOf(record, 'UnreadableRecord', 'An event has no key link') };
      readable.push({ record, event, key });
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
