import { createCipheriv } from 'node:crypto';
import type { CipherGCMOptions } from 'node:crypto';

/** AES-256-SIV by OpenSSL, through node:crypto, whose types don't know the mode. It refuses the empty text. */
export function sivOracle(
  key: Uint8Array,
  associatedData: readonly Uint8Array[],
  plaintext: Uint8Array,
): Buffer {
  const options = { authTagLength: 16 } as CipherGCMOptions;
  const cipher = createCipheriv('aes-256-siv' as 'aes-256-gcm', key, null as unknown as Buffer, options);
  for (const component of associatedData) cipher.setAAD(component);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([cipher.getAuthTag(), ciphertext]);
}

/** The ciphertext that Tink would give: OpenSSL's, with one empty component, behind Tink's prefix, in base64. */
export function tinkOracle(keyId: number, key: Uint8Array, text: string): string {
  const prefix = Buffer.from([1, 0, 0, 0, 0]);
  prefix.writeUInt32BE(keyId, 1);
  return Buffer.concat([prefix, sivOracle(key, [Buffer.alloc(0)], Buffer.from(text))]).toString('base64');
}
