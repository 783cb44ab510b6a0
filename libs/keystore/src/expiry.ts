import type { JournalEntry } from './port.ts';

export interface KeyLifetime {
  /** Retention of the stream whose events the key encrypts. */
  readonly retentionMs: number;
  /** How far behind its readers may be, on top. */
  readonly lagMs: number;
}

/**
 * When a key has no event left to decrypt: the last one that used it is at most as young as the key's rotation, and
 * leaves the stream after its retention, which readers may lag behind.
 */
export function tombstoneDueAt(
  { rotatesAt }: Pick<JournalEntry, 'rotatesAt'>,
  lifetime: KeyLifetime,
): number {
  return rotatesAt + lifetime.retentionMs + lifetime.lagMs;
}

/** The links of the keys that are due for tombstoning at `now`. Tombstones are not. */
export function keysDueForTombstone(
  entries: Iterable<JournalEntry>,
  lifetime: KeyLifetime & { readonly now: number },
): string[] {
  const due: string[] = [];
  for (const entry of entries) {
    if (entry.wrapped !== null && tombstoneDueAt(entry, lifetime) <= lifetime.now) due.push(entry.keyLink);
  }
  return due;
}
