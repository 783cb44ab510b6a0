import { AesSiv, SivAuthenticationError } from './aes-siv.ts';
import type { FieldCipher, FieldCipherFactory } from './field-cipher.ts';
import { parseKeyset } from './keyset.ts';

/** The text is not a ciphertext of this keyset. Holds no part of it. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
  constructor(problem: string) {
    super(`the field cannot be decrypted: ${problem}`);
  }
}

const version = 0x01;
const prefixBytes = 5;
const emptyAssociatedData = [new Uint8Array(0)];

/** Field ciphers over {@link AesSiv}: Tink's AES256-SIV, TINK prefix, one empty associated-data component. */
export const fieldCiphers: FieldCipherFactory = {
  prepare(keysetJson) {
    const { primary, keys } = parseKeyset(keysetJson);
    const ciphers = new Map(keys.map(({ id, material }) => [id, new AesSiv(material, emptyAssociatedData)]));
    const sealing = ciphers.get(primary.id);
    if (sealing === undefined) throw new TypeError('a parsed keyset has its primary key');
    const prefix = Buffer.alloc(prefixBytes);
    prefix[0] = version;
    prefix.writeUInt32BE(primary.id, 1);
    return createFieldCipher(prefix, sealing, ciphers);
  },
};

function createFieldCipher(
  prefix: Buffer,
  sealing: AesSiv,
  ciphers: ReadonlyMap<number, AesSiv>,
): FieldCipher {
  return {
    encrypt: (plaintext) => Buffer.concat([prefix, sealing.seal(Buffer.from(plaintext))]).toString('base64'),
    decrypt(ciphertext) {
      const bytes = Buffer.from(ciphertext, 'base64');
      // Decoding base64 skips what is none; only the text that encrypt would write is accepted.
      if (bytes.toString('base64') !== ciphertext) throw new DecryptionError('it is not base64');
      if (bytes.length < prefixBytes || bytes[0] !== version) {
        throw new DecryptionError('it has no Tink prefix');
      }
      const cipher = ciphers.get(bytes.readUInt32BE(1));
      if (cipher === undefined) throw new DecryptionError('it was encrypted with another key');
      try {
        return cipher.open(bytes.subarray(prefixBytes)).toString();
      } catch (error) {
        if (!(error instanceof SivAuthenticationError)) throw error;
        throw new DecryptionError('it was changed, or encrypted with another key');
      }
    },
    destroy() {
      for (const cipher of ciphers.values()) cipher.destroy();
    },
  };
}
