/** A ciphertext of Tink with the TINK prefix: version, key id (4 bytes, big-endian), and then, of AES-SIV, the tag. */
export const tinkVersion = 0x01;
export const prefixBytes = 5;
export const tagBytes = 16;
/** What a ciphertext has more than its text. */
export const sealedBytes = prefixBytes + tagBytes;
