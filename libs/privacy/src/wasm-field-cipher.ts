import { isUtf8 } from 'node:buffer';
import type { FieldCipher } from './field-cipher.ts';
import { DecryptionError, DestroyedCipherError } from './field-cipher.ts';
import type { LongTexts } from './long-texts.ts';
import type { PreparedKey, SivMemory } from './siv-memory.ts';
import type { ShortTexts } from './short-texts.ts';
import type { SivModule } from './siv-module.ts';
import { prefixBytes, sealedBytes, tinkVersion } from './tink-format.ts';

/** The longest that one code unit becomes in UTF-8. */
const utf8Bytes = 3;
const padding = '='.charCodeAt(0);

/** Where prepared keys are, and what works on them. */
export interface SivEngine {
  readonly siv: SivModule;
  readonly memory: SivMemory;
  readonly longTexts: LongTexts;
  readonly shortTexts: ShortTexts;
}

/** A keyset in the slots of a module. */
export class WasmFieldCipher implements FieldCipher {
  readonly #siv: SivModule;
  readonly #memory: SivMemory;
  readonly #longTexts: LongTexts;
  readonly #shortTexts: ShortTexts;
  /** Undefined once destroyed: the slot may then be another cipher's. */
  #primary: PreparedKey | undefined;
  #others: readonly PreparedKey[];

  constructor(
    { siv, memory, longTexts, shortTexts }: SivEngine,
    primary: PreparedKey,
    others: readonly PreparedKey[],
  ) {
    this.#siv = siv;
    this.#memory = memory;
    this.#longTexts = longTexts;
    this.#shortTexts = shortTexts;
    this.#primary = primary;
    this.#others = others;
  }

  encrypt(plaintext: string): string {
    const key = this.#primary;
    if (key === undefined) throw new DestroyedCipherError();
    const { functions, layout } = this.#siv;
    if (plaintext.length * utf8Bytes > layout.textBytes) {
      return this.#longTexts.seal(key, Buffer.from(plaintext)).toString('base64');
    }
    const length = this.#memory.input.write(plaintext, 0);
    functions.seal(key.slot, length);
    return this.#memory.output.toString('base64', 0, length + sealedBytes);
  }

  encryptAll(plaintexts: readonly string[]): string[] {
    const ciphertexts: string[] = [];
    while (ciphertexts.length < plaintexts.length) {
      const first = ciphertexts.length;
      const key = this.#primary;
      if (key === undefined) throw new DestroyedCipherError();
      // Two beside each other take longer than two in turn.
      const areFew = plaintexts.length - first < 3;
      if (areFew || !this.#shortTexts.seal(key, plaintexts, first, ciphertexts)) {
        ciphertexts.push(this.encrypt(plaintexts[first] ?? ''));
      }
    }
    return ciphertexts;
  }

  decrypt(ciphertext: string): string {
    const key = this.#primary;
    if (key === undefined) throw new DestroyedCipherError();
    const { functions, layout } = this.#siv;
    if (ciphertext.length > layout.ciphertextCharacters) return this.#decryptLong(ciphertext);
    const characters = withoutPadding(ciphertext);
    const length = ((characters * 3) >> 2) - sealedBytes;
    const isReadable =
      length >= 0 &&
      ciphertext.length % 4 === 0 &&
      this.#memory.input.write(ciphertext, 0) === ciphertext.length;
    if (!isReadable) throw this.#refusal(ciphertext);
    functions.decodeInput(characters);
    if (
      functions.open(key.slot, length) === 0 &&
      !this.#others.some(({ slot }) => functions.open(slot, length) !== 0)
    ) {
      throw this.#refusal(ciphertext);
    }
    return this.#memory.output.toString('utf8', 0, length);
  }

  decryptBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
    const key = this.#primary;
    if (key === undefined) throw new DestroyedCipherError();
    const { functions, layout } = this.#siv;
    const length = end - start;
    const textOf = (): string => source.toString('utf8', start, end);
    if (length > layout.ciphertextCharacters) return target.write(this.decrypt(textOf()), at);
    const padded = source[end - 1] === padding ? (source[end - 2] === padding ? 2 : 1) : 0;
    const textLength = (((length - padded) * 3) >> 2) - sealedBytes;
    if (textLength < 0 || length % 4 !== 0) throw this.#refusal(textOf());
    source.copy(this.#memory.input, 0, start, end);
    functions.decodeInput(length - padded);
    if (
      functions.open(key.slot, textLength) === 0 &&
      !this.#others.some(({ slot }) => functions.open(slot, textLength) !== 0)
    ) {
      throw this.#refusal(textOf());
    }
    const { output } = this.#memory;
    let all = 0;
    for (let index = 0; index < textLength; index += 1) {
      const byte = output[index] ?? 0;
      all |= byte;
      target[at + index] = byte;
    }
    // Whoever made the ciphertext may have encrypted what is no text.
    if (all < 0x80 || isUtf8(output.subarray(0, textLength))) return textLength;
    return target.write(output.toString('utf8', 0, textLength), at);
  }

  destroy(): void {
    if (this.#primary === undefined) return;
    for (const { slot } of [this.#primary, ...this.#others]) this.#memory.release(slot);
    this.#primary = undefined;
    this.#others = [];
  }

  #decryptLong(ciphertext: string): string {
    const sealed = Buffer.from(ciphertext, 'base64');
    const key = this.#keyOf(sealed);
    const isCanonical = key !== undefined && sealed.toString('base64') === ciphertext;
    const text = isCanonical ? this.#longTexts.open(key, sealed) : undefined;
    if (text === undefined) throw this.#refusal(ciphertext);
    return text.toString();
  }

  #keyOf(sealed: Buffer): PreparedKey | undefined {
    if (this.#primary === undefined || sealed.length < prefixBytes || sealed[0] !== tinkVersion)
      return undefined;
    const id = sealed.readUInt32BE(1);
    return [this.#primary, ...this.#others].find((key) => key.id === id);
  }

  /** Finds out again, with time, why a text cannot be decrypted. */
  #refusal(ciphertext: string): DecryptionError {
    const bytes = Buffer.from(ciphertext, 'base64');
    // Decoding base64 skips what is none; only the text that encrypt would write is accepted.
    if (bytes.toString('base64') !== ciphertext) return new DecryptionError('it is not base64');
    if (bytes.length < prefixBytes || bytes[0] !== tinkVersion) {
      return new DecryptionError('it has no Tink prefix');
    }
    if (this.#keyOf(bytes) === undefined) return new DecryptionError('it was encrypted with another key');
    return new DecryptionError('it was changed, or encrypted with another key');
  }
}

function withoutPadding(ciphertext: string): number {
  const { length } = ciphertext;
  if (ciphertext.charCodeAt(length - 1) !== padding) return length;
  return ciphertext.charCodeAt(length - 2) === padding ? length - 2 : length - 1;
}
