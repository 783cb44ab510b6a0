// What the module offers. Texts lie at INPUT, answers at OUTPUT; `slot` is the address of a key's slot.
import { BLOCK, add } from './aes';
import { decode } from './base64';
import { addKeyStream } from './counter';
import { expandTwo } from './key-schedule';
import {
  COUNTER_KEYS,
  ERRORS,
  INPUT,
  MAC_KEYS,
  OUTPUT,
  PREFIX,
  PREFIX_BYTES,
  SEALED_BYTES,
  SLOT_BYTES,
  STATE,
  TAG,
} from './layout';
import { absorb, finish, prepareMasks } from './s2v';
import * as T from './tables';

export {
  CIPHERTEXT_CHARACTERS,
  INPUT,
  OUTPUT,
  SHORT_TEXT_BYTES,
  SLOTS,
  SLOT_BYTES,
  STATE,
  TAG,
  TEXT_BYTES,
} from './layout';
export { sealFour } from './seal-four';

/** Prepares the 64-byte key at INPUT, and wipes it there. */
export function prepare(slot: usize, keyId: u32): void {
  expandTwo(INPUT, slot + MAC_KEYS, slot + COUNTER_KEYS);
  for (let at = INPUT; at < INPUT + 64; at += BLOCK) v128.store(at, i64x2.splat(0));
  prepareMasks(slot);
  store<u8>(slot, 1, PREFIX);
  store<u32>(slot, bswap(keyId), PREFIX + 1);
}

/** Overwrites a slot with zeros. */
export function wipe(slot: usize): void {
  memory.fill(slot, 0, SLOT_BYTES);
}

/** Encrypts a text; the answer is prefix, tag and encrypted text. */
export function seal(slot: usize, length: i32): void {
  const tag = finish(slot, INPUT, length, i64x2.splat(0));
  v128.store(OUTPUT, v128.load(slot, PREFIX));
  v128.store(OUTPUT, tag, PREFIX_BYTES);
  addKeyStream(slot, tag, 0, INPUT, OUTPUT + SEALED_BYTES, length);
}

/** Decodes a ciphertext, `length` characters of base64 without their padding. */
export function decodeInput(length: i32): void {
  decode(INPUT, length);
}

/**
 * Decrypts what was decoded, `length` bytes of text after prefix and tag. False, and no answer, when that was not
 * base64, or is not of this key.
 */
export function open(slot: usize, length: i32): bool {
  const tag = v128.load(INPUT, PREFIX_BYTES);
  addKeyStream(slot, tag, 0, INPUT + SEALED_BYTES, OUTPUT, length);
  const wrongTag = add(tag, finish(slot, OUTPUT, length, i64x2.splat(0)));
  const prefix = add(v128.load(INPUT), v128.load(slot, PREFIX));
  const wrongPrefix = v128.and(prefix, v128.load(T.FIRST_BYTES + BLOCK - PREFIX_BYTES));
  const wrong = v128.or(v128.or(wrongTag, wrongPrefix), v128.load(ERRORS));
  if (!v128.any_true(wrong)) return true;
  memory.fill(OUTPUT, 0, length);
  return false;
}

/** Takes a piece of a text, whole blocks of it, into the CMAC at STATE. */
export function absorbPiece(slot: usize, length: i32): void {
  v128.store(STATE, absorb(slot, INPUT, length, v128.load(STATE)));
}

/** Makes STATE the tag of the text; the last piece has at least 16 bytes. */
export function finishPieces(slot: usize, length: i32): void {
  v128.store(STATE, finish(slot, INPUT, length, v128.load(STATE)));
}

/** Encrypts or decrypts a piece of a text whose tag is at TAG, from the block with number `first` on. */
export function streamPiece(slot: usize, first: i32, length: i32): void {
  addKeyStream(slot, v128.load(TAG), first, INPUT, OUTPUT, length);
}

/** Whether the tag at STATE is the one at TAG. */
export function isTag(): bool {
  return !v128.any_true(add(v128.load(STATE), v128.load(TAG)));
}
