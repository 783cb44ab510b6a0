/**
 * Encrypts single fields with one prepared key. Preparing is the dear part: do it once per key.
 * Ciphertext is the base64 text that Tink's AES256-SIV with the TINK prefix and one empty associated-data component gives.
 */
export interface FieldCipher {
  /** Equal texts give equal ciphertexts. */
  encrypt(plaintext: string): string;
  /** @throws DecryptionError when the text is not one of this key's ciphertexts; the message holds no value */
  decrypt(ciphertext: string): string;
  /** Forgets the key. Every later call throws. */
  destroy(): void;
}

/** Makes ciphers of keysets; the seam for a faster implementation. */
export interface FieldCipherFactory {
  /** @throws KeysetError */
  prepare(keysetJson: string): FieldCipher;
}
