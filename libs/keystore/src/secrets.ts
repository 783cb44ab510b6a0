import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { InvalidSecretsError, KeyUnwrapError } from './errors.ts';
import type { JournalEntry, SessionRef, WrappedKeyset } from './port.ts';

/** A key-encryption key. */
export interface Kek {
  /** Stands in each entry that it wrapped. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** What the installation holds and no store ever sees. */
export interface KeyStoreSecrets {
  /** At least 32 bytes. Changing it makes every session look new. */
  readonly lookupSecret: Buffer;
  readonly keks: {
    /** Wraps every new key. To rotate, make the primary an older one and put a new one here. */
    readonly primary: Kek;
    /** Only unwrap. */
    readonly older?: readonly Kek[];
  };
}

const algorithm = 'aes-256-gcm';
const kekBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** @throws InvalidSecretsError */
export function assertSecrets({ lookupSecret, keks }: KeyStoreSecrets): void {
  if (lookupSecret.length < 32) throw new InvalidSecretsError('the look-up secret needs at least 32 bytes');
  const all = [keks.primary, ...(keks.older ?? [])];
  const bad = all.find(({ id, key }) => id === '' || key.length !== kekBytes);
  if (bad) throw new InvalidSecretsError(`key-encryption key "${bad.id}" needs a name and ${kekBytes} bytes`);
  if (new Set(all.map(({ id }) => id)).size < all.length) {
    throw new InvalidSecretsError('two key-encryption keys have the same name');
  }
}

/** Each part behind its length, so that no two lists of parts give the same bytes. */
function unambiguous(...parts: readonly string[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** What stores know a session by: HMAC-SHA-256 under the installation's secret, in hex. */
export function lookupKey(lookupSecret: Buffer, { streamId, keyFieldValue }: SessionRef): string {
  return createHmac('sha256', lookupSecret).update(unambiguous(streamId, keyFieldValue)).digest('hex');
}

type Place = Pick<JournalEntry, 'keyLink' | 'streamId'>;

/** Binds a wrapped keyset to its entry, so that it opens nowhere else. */
function associatedData({ keyLink, streamId }: Place): Buffer {
  return unambiguous('ccd-session-key', keyLink, streamId);
}

/** Wraps a keyset with AES-256-GCM under the primary key-encryption key. */
export function wrapKeyset(keyset: string, place: Place, { keks }: KeyStoreSecrets): WrappedKeyset {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, keks.primary.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(place));
  const ciphertext = Buffer.concat([
    nonce,
    cipher.update(keyset, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return { kekId: keks.primary.id, ciphertext: ciphertext.toString('base64') };
}

/**
 * The keyset (Tink JSON) of an entry; undefined for a tombstone.
 * @throws KeyUnwrapError
 */
export function unwrapKeyset(
  { wrapped, ...place }: Place & Pick<JournalEntry, 'wrapped'>,
  { keks }: Pick<KeyStoreSecrets, 'keks'>,
): string | undefined {
  if (wrapped === null) return undefined;
  const refuse = (reason: string, cause?: unknown) =>
    new KeyUnwrapError(place.keyLink, wrapped.kekId, reason, { cause });
  const kek = [keks.primary, ...(keks.older ?? [])].find(({ id }) => id === wrapped.kekId);
  if (!kek) throw refuse('it is not configured');
  const bytes = Buffer.from(wrapped.ciphertext, 'base64');
  if (bytes.length < nonceBytes + tagBytes) throw refuse('the ciphertext is too short');
  const decipher = createDecipheriv(algorithm, kek.key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associatedData(place));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw refuse('the entry was altered, or is not where it was written', cause);
  }
}
