import type { Keyset } from './keyset.ts';

/**
 * Encrypts single fields with one prepared key. Ciphertext is the base64 text that Tink's AES256-SIV with the TINK
 * prefix and one empty associated-data component gives.
 */
export interface FieldCipher {
  /**
   * Equal texts give equal ciphertexts.
   * @throws DestroyedCipherError
   */
  encrypt(plaintext: string): string;
  /**
   * The same for several texts, in their order, for less than one after the other.
   * @throws DestroyedCipherError
   */
  encryptAll(plaintexts: readonly string[]): string[];
  /**
   * Takes only the text that `encrypt` would write: base64 with its padding and without bits that mean nothing.
   * @throws DecryptionError when the text is not one of this key's ciphertexts; the message holds no value
   * @throws DestroyedCipherError
   */
  decrypt(ciphertext: string): string;
  /**
   * The same from bytes to bytes: the ciphertext is `source` from `start` to `end`, which is UTF-8, and the text goes
   * to `target` from `at` on, where three times the bytes of the ciphertext must be free. Answers with the text's length.
   */
  decryptBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number;
  /** Wipes the key. Every later call throws, but for this one. */
  destroy(): void;
}

/** Makes ciphers of keysets. Each holds memory, and its key, until it is destroyed. */
export interface FieldCipherFactory {
  /** @throws KeysetError, KeySlotsExhaustedError */
  prepare(keysetJson: string): FieldCipher;
  /**
   * The same without the parsing; the keyset stays the caller's.
   * @throws KeySlotsExhaustedError
   */
  prepareKeyset(keyset: Keyset): FieldCipher;
}

/** The text is not a ciphertext of this keyset. Holds no part of it. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
  constructor(problem: string) {
    super(`the field cannot be decrypted: ${problem}`);
  }
}

/** A cipher was used after its key was wiped. */
export class DestroyedCipherError extends Error {
  override readonly name = 'DestroyedCipherError';
  constructor() {
    super('this cipher was destroyed');
  }
}
