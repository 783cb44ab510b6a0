import type { JournalEntry, WrappedKeyset } from '../port.ts';

/** The entry that a wrapped keyset belongs to. It opens nowhere else. */
export type KeyPlace = Pick<JournalEntry, 'keyLink' | 'streamId'>;

/** Wraps keysets under key-encryption keys that it never gives away: what a key management service does. */
export interface KeyWrapper {
  /**
   * Wraps a keyset (Tink JSON) under the primary key-encryption key.
   * @throws KeyStoreUnavailableError while the service does not answer
   */
  wrap(keyset: string, place: KeyPlace): Promise<WrappedKeyset>;
  /**
   * Opens what any key-encryption key that is still in use has wrapped.
   * @throws KeyUnwrapError where it never will; KeyStoreUnavailableError while the service does not answer
   */
  unwrap(wrapped: WrappedKeyset, place: KeyPlace): Promise<string>;
}

/** What the installation holds and no store ever sees. */
export interface KeyStoreSecrets {
  /** At least 32 bytes. Changing it makes every session look new. */
  readonly lookupSecret: Buffer;
  readonly wrapper: KeyWrapper;
}

/**
 * The keyset of an entry; undefined for a tombstone.
 * @throws what KeyWrapper.unwrap throws
 */
export async function openEntry(
  entry: KeyPlace & Pick<JournalEntry, 'wrapped'>,
  wrapper: Pick<KeyWrapper, 'unwrap'>,
): Promise<string | undefined> {
  return entry.wrapped === null ? undefined : wrapper.unwrap(entry.wrapped, entry);
}
