import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { InvalidSecretsError, KeyUnwrapError } from '../errors.ts';
import type { WrappedKeyset } from '../port.ts';
import { unambiguous } from '../unambiguous.ts';
import type { KeyPlace, KeyWrapper } from './key-wrapper.ts';

/** A key-encryption key. */
export interface Kek {
  /** Stands in each entry that it wrapped. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

export interface LocalKeks {
  /** Wraps every new keyset. To rotate, put one here that every process has among `older` by then. */
  readonly primary: Kek;
  /** Only unwrap. */
  readonly older?: readonly Kek[];
}

const algorithm = 'aes-256-gcm';
const kekBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Wraps with AES-256-GCM under keys of this process's configuration, from a mounted secret. The associated data is the
 * entry's link and stream.
 * @throws InvalidSecretsError
 */
export function createLocalKeyWrapper({ primary, older = [] }: LocalKeks): KeyWrapper {
  const all = [primary, ...older];
  const bad = all.find(({ id, key }) => id === '' || key.length !== kekBytes);
  if (bad) throw new InvalidSecretsError(`key-encryption key "${bad.id}" needs a name and ${kekBytes} bytes`);
  const keys = new Map(all.map(({ id, key }) => [id, key]));
  if (keys.size < all.length) {
    throw new InvalidSecretsError('two key-encryption keys have the same name');
  }

  return {
    wrap: async (keyset, place) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, primary.key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(associatedData(place));
      const sealed = [nonce, cipher.update(keyset, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return { kekId: primary.id, ciphertext: Buffer.concat(sealed).toString('base64') };
    },
    unwrap: async (wrapped, place) => {
      const key = keys.get(wrapped.kekId);
      if (key === undefined) throw new KeyUnwrapError(place.keyLink, wrapped.kekId, 'it is not configured');
      return open(key, wrapped, place);
    },
  };
}

function open(key: Buffer, { kekId, ciphertext }: WrappedKeyset, place: KeyPlace): string {
  const bytes = Buffer.from(ciphertext, 'base64');
  if (bytes.length < nonceBytes + tagBytes) {
    throw new KeyUnwrapError(place.keyLink, kekId, 'the ciphertext is too short');
  }
  const nonce = bytes.subarray(0, nonceBytes);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associatedData(place));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    const reason = 'the entry was altered, or is not where it was written';
    throw new KeyUnwrapError(place.keyLink, kekId, reason, { cause });
  }
}

/** Binds a wrapped keyset to its entry. */
function associatedData({ keyLink, streamId }: KeyPlace): Buffer {
  return unambiguous('ccd-session-key', keyLink, streamId);
}
