import { z } from 'zod';
import { JournalFormatError } from './errors.ts';
import type { JournalEntry } from './port.ts';

const time = z.number().int().nonnegative();

const entrySchema = z.strictObject({
  keyLink: z.string().min(1),
  streamId: z.string().min(1),
  lookup: z.string(),
  wrapped: z.strictObject({ kekId: z.string(), ciphertext: z.base64() }).nullable(),
  createdAt: time,
  rotatesAt: time,
  policyId: z.string(),
  expiresAt: time,
});

/**
 * The record of an entry on a `keys-<uuid>` topic. Key: the key link in UTF-8, so that compaction keeps the newest
 * entry of each link. Value: the entry as JSON, a tombstone too (`"wrapped": null`): an empty record would be compacted
 * away in the end, and an erased key must never become a missing one.
 */
export function encodeJournalEntry(entry: JournalEntry): { key: Buffer; value: Buffer } {
  return { key: Buffer.from(entry.keyLink), value: Buffer.from(JSON.stringify(entry)) };
}

/** @throws JournalFormatError for anything that encodeJournalEntry does not write */
export function decodeJournalEntry(record: {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}): JournalEntry {
  const entry = parseEntry(record.value);
  if (record.key?.toString() === entry.keyLink) return entry;
  throw new JournalFormatError('a record of a key topic stands under another key link than its own');
}

/** An entry from its JSON. @throws JournalFormatError */
export function parseEntry(value: Buffer | null): JournalEntry {
  try {
    return entrySchema.parse(JSON.parse(String(value)));
  } catch (cause) {
    throw new JournalFormatError('a stored key is no journal entry', { cause });
  }
}
