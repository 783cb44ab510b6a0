/** Keys can be neither read nor made now; nothing may be encrypted without one. Worth retrying later. */
export class KeyStoreUnavailableError extends Error {
  override readonly name = 'KeyStoreUnavailableError';
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`the key store is not available: ${reason}`, options);
    this.reason = reason;
  }
}

/** A stored keyset does not open: its key-encryption key is not configured, or the entry was altered or moved. */
export class KeyUnwrapError extends Error {
  override readonly name = 'KeyUnwrapError';
  readonly keyLink: string;
  readonly kekId: string;
  constructor(keyLink: string, kekId: string, reason: string, options?: ErrorOptions) {
    super(`key ${keyLink} does not open with key-encryption key ${kekId}: ${reason}`, options);
    this.keyLink = keyLink;
    this.kekId = kekId;
  }
}

/** A record of a key topic that is no journal entry. */
export class JournalFormatError extends Error {
  override readonly name = 'JournalFormatError';
}

/** Secrets that cannot do their work. */
export class InvalidSecretsError extends Error {
  override readonly name = 'InvalidSecretsError';
}
