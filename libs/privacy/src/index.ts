export { AesSiv, SivAuthenticationError } from './aes-siv.ts';
export type { FieldCipher, FieldCipherFactory } from './field-cipher.ts';
export { DecryptionError, fieldCiphers } from './field-ciphers.ts';
export { generateKeyset, KeysetError, keysetToJson, parseKeyset } from './keyset.ts';
export type { Keyset, SivKey } from './keyset.ts';
export { createMask } from './mask.ts';
export { murmur3x64 } from './murmur3.ts';
