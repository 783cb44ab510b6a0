import { LRUCache } from 'lru-cache';
import type { FieldCipher, FieldCipherFactory } from './field-cipher.ts';

/** Prepared keys by their key link: the ones used last are kept, and the keys of the others wiped. */
export interface CipherCache {
  /**
   * The prepared cipher of a key. Use it before the next `await`, and ask again after one: others may have displaced it.
   * @throws KeysetError
   */
  of(key: { readonly keyLink: string; readonly keyset: string }): FieldCipher;
  /** Wipes all keys. */
  clear(): void;
}

export interface CipherCacheOptions {
  readonly ciphers: FieldCipherFactory;
  /** Keys that stay prepared at most. @default 10 000 */
  readonly capacity?: number;
}

/** Makes a cache that holds ciphers of a factory; nobody else should destroy them. */
export function createCipherCache({ ciphers, capacity = 10_000 }: CipherCacheOptions): CipherCache {
  const prepared = new LRUCache<string, FieldCipher>({
    max: capacity,
    dispose: (cipher) => {
      cipher.destroy();
    },
  });
  return {
    of({ keyLink, keyset }) {
      const known = prepared.get(keyLink);
      if (known !== undefined) return known;
      const cipher = ciphers.prepare(keyset);
      prepared.set(keyLink, cipher);
      return cipher;
    },
    clear() {
      prepared.clear();
    },
  };
}
