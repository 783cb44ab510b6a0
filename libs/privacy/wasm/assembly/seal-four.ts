// Encrypts up to four texts side by side, from text to base64.
import { BLOCK } from './aes';
import { absorbFour, encryptOnto } from './aes-four';
import { encode } from './base64';
import { storeCounters } from './counter';
import {
  COUNTER_KEYS,
  INPUT,
  MAC_KEYS,
  OUTPUT,
  PREFIX,
  PREFIX_BYTES,
  SEALED,
  SEALED_BYTES,
  STATES,
  WORK,
} from './layout';
import { absorb, layOut } from './s2v';

/** More than any text has. */
const NO_TEXT: i32 = 0x7fff_ffff;

@inline
function paddedLength(length: i32): i32 {
  return length < 0 ? NO_TEXT : max((length + 15) & ~15, <i32>BLOCK);
}

@inline
function sizeOf(length: i32): usize {
  return length < 0 ? 0 : <usize>paddedLength(length);
}

/** Completes the tag of the text at `offset`, of which `done` bytes are taken in, and lays its counters out there. */
function finishTag(slot: usize, number: usize, offset: usize, length: i32, done: usize): void {
  if (length < 0) return;
  const state = STATES + number * BLOCK;
  const tag = absorb(slot, WORK + offset + done, sizeOf(length) - done, v128.load(state));
  v128.store(state, tag);
  storeCounters(tag, WORK + offset, sizeOf(length));
}

/** Puts a ciphertext together and writes it at `to`; answers with where it ends. */
function write(slot: usize, number: usize, offset: usize, length: i32, to: usize): usize {
  if (length < 0) return to;
  v128.store(SEALED, v128.load(slot, PREFIX));
  v128.store(SEALED, v128.load(STATES + number * BLOCK), PREFIX_BYTES);
  const text = SEALED + SEALED_BYTES;
  for (let at: usize = 0; at < <usize>length; at += BLOCK) v128.store(text + at, v128.load(WORK + offset + at));
  // The last character holds bits that mean nothing, and are zero.
  v128.store(text + length, i64x2.splat(0));
  return encode(SEALED, SEALED_BYTES + length, to);
}

/**
 * Encrypts four texts, which lie at INPUT, each from a multiple of 16 bytes on and with at least one block. A length of
 * -1 stands for no text, after which only others such may follow. OUTPUT holds the ciphertexts in base64, end to end.
 */
export function sealFour(slot: usize, a: i32, b: i32, c: i32, d: i32): void {
  const second = sizeOf(a);
  const third = second + sizeOf(b);
  const fourth = third + sizeOf(c);
  const end = fourth + sizeOf(d);
  layOut(slot, INPUT, WORK, a);
  layOut(slot, INPUT + second, WORK + second, b);
  layOut(slot, INPUT + third, WORK + third, c);
  layOut(slot, INPUT + fourth, WORK + fourth, d);
  const shared = <usize>min(min(paddedLength(a), paddedLength(b)), min(paddedLength(c), paddedLength(d)));
  absorbFour(slot + MAC_KEYS, WORK, WORK + second, WORK + third, WORK + fourth, shared, STATES);
  finishTag(slot, 0, 0, a, shared);
  finishTag(slot, 1, second, b, shared);
  finishTag(slot, 2, third, c, shared);
  finishTag(slot, 3, fourth, d, shared);
  encryptOnto(slot + COUNTER_KEYS, INPUT, WORK, end);
  let to = write(slot, 0, 0, a, OUTPUT);
  to = write(slot, 1, second, b, to);
  to = write(slot, 2, third, c, to);
  write(slot, 3, fourth, d, to);
}
