/** A session's key as gateway and workers use it: unwrapped, in memory only. */
export interface SessionKey {
  /** Names the key in events; a UUID. */
  readonly keyLink: string;
  /** Tink keyset in JSON (libs/privacy). */
  readonly keyset: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When new events stop using it (24 h after `createdAt`). */
  readonly rotatesAt: number;
  /** Empty: the default policy. */
  readonly policyId: string;
  /** When the policy lets the key go, for the key export. */
  readonly expiresAt: number;
}

/** A key is erased when a tombstone says so; missing means that we do not know, which is never the same. */
export type KeyLookup =
  | {
      readonly state: 'found';
      readonly key: SessionKey;
      /** For how long, in milliseconds from the answer on, the store would say the same without asking its index. */
      readonly freshForMs: number;
    }
  | { readonly state: 'erased' }
  | { readonly state: 'missing' };

/** Names the session that a key belongs to. The value never leaves the process: stores see an HMAC of it. */
export interface SessionRef {
  /** UUID of the stream, shared by its key stream. */
  readonly streamId: string;
  readonly keyFieldValue: string;
}

export interface CurrentKey {
  readonly key: SessionKey;
  readonly created: boolean;
}

export interface KeyStore {
  /**
   * The session's current key. Where there is none, or it has rotated, makes one with `create`, and resolves only when
   * the winner (ours or a racing process's) is durable in the key journal. At once where the key is held in memory and
   * need not be checked. Rejects with KeyStoreUnavailableError.
   */
  currentKey(session: SessionRef, create: () => SessionKey): CurrentKey | Promise<CurrentKey>;
  /** Looks keys up by link; the answer has one entry for each link. @throws KeyStoreUnavailableError */
  lookUp(streamId: string, keyLinks: readonly string[]): Promise<ReadonlyMap<string, KeyLookup>>;
  /** Tombstones keys in journal and index. Links that do not exist are no error. */
  erase(streamId: string, keyLinks: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A key as it is stored: wrapped, and found by HMAC. This is also the record on a `keys-<uuid>` topic. */
export interface JournalEntry {
  readonly keyLink: string;
  readonly streamId: string;
  /** HMAC of stream and key field value, hex. */
  readonly lookup: string;
  /** Wrapped keyset; null is a tombstone. */
  readonly wrapped: WrappedKeyset | null;
  readonly createdAt: number;
  readonly rotatesAt: number;
  readonly policyId: string;
  readonly expiresAt: number;
}

export interface WrappedKeyset {
  /** Which key-encryption key wrapped it. */
  readonly kekId: string;
  /** Base64 of nonce, ciphertext and tag. */
  readonly ciphertext: string;
}

/** The record of all keys, in the keystore's own terms; the app implements it over the event log. */
export interface KeyJournal {
  /** Resolves when the entry is durable. */
  append(entry: JournalEntry): Promise<void>;
  /** Every entry of one stream so far, oldest first; tombstones included. */
  replay(streamId: string, signal: AbortSignal): AsyncIterable<JournalEntry>;
}

/** The shared cache and arbiter. Losing all of it loses nothing: the journal fills it again. */
export interface KeyIndex {
  /** The session's newest entry. */
  current(lookup: string): Promise<JournalEntry | undefined>;
  /**
   * Stores the entry under its lookup unless an unrotated one stands there (`now` decides), and under its link always.
   * Atomic. Answers with the entry that stands afterwards. A tombstone is never replaced under its link, and never
   * stands in the way under its lookup.
   */
  claim(entry: JournalEntry, now: number): Promise<JournalEntry>;
  byLinks(keyLinks: readonly string[]): Promise<ReadonlyMap<string, JournalEntry>>;
  /** Replaces the entry by a tombstone, under its link and, where it is the current one, under its lookup. */
  erase(tombstone: JournalEntry): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** A small durable table, in the keystore's own terms: what the embedded index needs of the engine process. */
export interface KeyTable {
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** Applies all writes in one durable transaction if every expectation holds (null: absent); answers whether it did. */
  write(batch: {
    readonly expect: readonly { readonly key: string; readonly value: Buffer | null }[];
    readonly put: readonly { readonly key: string; readonly value: Buffer | null }[];
  }): Promise<boolean>;
}
