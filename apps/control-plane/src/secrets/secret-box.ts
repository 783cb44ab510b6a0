import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what the database keeps but must not show: client secrets, connector credentials, mask seeds. */
export interface SecretBox {
  seal(text: string): Uint8Array;
  /** @throws SecretBoxError when the bytes were sealed with another key, or changed */
  open(sealed: Uint8Array): string;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
  constructor(options?: ErrorOptions) {
    super('a stored secret cannot be opened; is SECRETS_KEY the one of this database?', options);
  }
}

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under one key; a version byte, the nonce, the tag, the ciphertext. @param key 32 bytes */
export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed);
      const tagAt = 1 + nonceBytes;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, tagAt));
        decipher.setAuthTag(bytes.subarray(tagAt, tagAt + tagBytes));
        return Buffer.concat([
          decipher.update(bytes.subarray(tagAt + tagBytes)),
          decipher.final(),
        ]).toString();
      } catch (error) {
        throw new SecretBoxError({ cause: error });
      }
    },
  };
}
