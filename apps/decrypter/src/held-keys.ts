import type { KeyLookup } from '@ccd/keystore';
import type { FieldCipher, FieldCipherFactory } from '@ccd/privacy';

/** A key that events of the stream name, with what is known of it. */
export class HeldKey {
  readonly keyLink: string;
  /** The same in UTF-8, as events have it. */
  readonly bytes: Uint8Array;
  /** What the key store said last; undefined before it was asked. */
  lookup: KeyLookup | undefined = undefined;
  /** The batch of events for which it was asked last, and the monotonic time until which it need not be asked again. */
  askedFor: object | undefined = undefined;
  freshUntil = Number.NEGATIVE_INFINITY;
  /** Whether it was used again since it was prepared or spared. */
  isUsed = false;
  cipher: FieldCipher | undefined = undefined;
  /** Another key of the same hash. */
  next: HeldKey | undefined;

  constructor(bytes: Buffer, next: HeldKey | undefined) {
    this.keyLink = bytes.toString();
    // Not a part of a pool: V8 keeps so few bytes beside the object.
    this.bytes = new Uint8Array(bytes);
    this.next = next;
  }

  isOf(source: Buffer, start: number, end: number): boolean {
    const { bytes } = this;
    if (bytes.length !== end - start) return false;
    for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== source[start + at]) return false;
    return true;
  }
}

export interface HeldKeysOptions {
  readonly ciphers: FieldCipherFactory;
  /** Keys that stay prepared at most. @default 10 000 */
  readonly capacity?: number;
}

/**
 * The keys of a stream by their links as bytes, so that no text is made of the link of every event, with their ciphers. Of
 * these, the ones used last are kept, and the keys of the others wiped.
 */
export class HeldKeys {
  readonly #ciphers: FieldCipherFactory;
  readonly #capacity: number;
  readonly #byHash = new Map<number, HeldKey>();
  #links = 0;
  /** Those that have a cipher; the ones that were spared or prepared last come last. */
  readonly #prepared = new Set<HeldKey>();

  constructor({ ciphers, capacity = 10_000 }: HeldKeysOptions) {
    this.#ciphers = ciphers;
    this.#capacity = capacity;
  }

  /** The key whose link is `source` from `start` to `end`. May be used for as long as a batch takes. */
  of(source: Buffer, start: number, end: number): HeldKey {
    const hash = hashOf(source, start, end);
    const first = this.#byHash.get(hash);
    for (let key = first; key !== undefined; key = key.next) if (key.isOf(source, start, end)) return key;
    return this.#add(hash, source.subarray(start, end));
  }

  /**
   * The prepared cipher of a key that was found. Use it before the next `await`, and ask again after one: others may have
   * displaced it.
   * @throws KeysetError
   */
  cipherOf(key: HeldKey, keyset: string): FieldCipher {
    if (key.cipher === undefined) return this.#prepare(key, keyset);
    key.isUsed = true;
    return key.cipher;
  }

  /** Wipes the cipher of a key, if it has one. */
  wipe(key: HeldKey): void {
    key.cipher?.destroy();
    key.cipher = undefined;
    this.#prepared.delete(key);
  }

  /** Wipes all ciphers. */
  clear(): void {
    for (const key of this.#prepared) this.wipe(key);
    this.#forgetLinks();
  }

  #add(hash: number, bytes: Buffer): HeldKey {
    // Most of so many have no cipher: what they are is found out anew.
    if (this.#links >= this.#capacity * 2) this.#forgetLinks();
    const key = new HeldKey(bytes, this.#byHash.get(hash));
    this.#byHash.set(hash, key);
    this.#links += 1;
    return key;
  }

  #forgetLinks(): void {
    this.#byHash.clear();
    this.#links = 0;
  }

  #prepare(key: HeldKey, keyset: string): FieldCipher {
    this.#makeRoom();
    const cipher = this.#ciphers.prepare(keyset);
    key.cipher = cipher;
    this.#prepared.add(key);
    return cipher;
  }

  /** Wipes the key that was not used for the longest time, or nearly so: one that was used is spared once. */
  #makeRoom(): void {
    for (const key of this.#prepared) {
      if (this.#prepared.size < this.#capacity) return;
      if (!key.isUsed) {
        this.wipe(key);
        this.#forgetLink(key);
        continue;
      }
      key.isUsed = false;
      this.#prepared.delete(key);
      this.#prepared.add(key);
    }
  }

  /** With it goes the keyset, once no batch holds the key any more. */
  #forgetLink(key: HeldKey): void {
    const hash = hashOf(key.bytes, 0, key.bytes.length);
    const first = this.#byHash.get(hash);
    let before = first;
    while (before !== undefined && before !== key && before.next !== key) before = before.next;
    if (before === undefined) return;
    if (before !== key) before.next = key.next;
    else if (key.next === undefined) this.#byHash.delete(hash);
    else this.#byHash.set(hash, key.next);
    this.#links -= 1;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  return hash;
}
