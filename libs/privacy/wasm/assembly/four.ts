// Encrypts up to four texts side by side: the steps of one text wait for each other, those of others fill the gaps.
import { BLOCK, add, encryptFour, lookUp } from './aes';
import { encode } from './base64';
import { counterOf } from './counter';
import {
  COUNTER_KEYS,
  FOUR_STATES,
  FOUR_TEXTS,
  FOUR_WORK,
  INPUT,
  MAC_KEYS,
  OUTPUT,
  PREFIX,
  PREFIX_BYTES,
  SEALED_BYTES,
} from './layout';
import { absorb, layOut } from './s2v';
import * as T from './tables';

/** More blocks than any text has. */
const NO_TEXT: i32 = i32.MAX_VALUE;

@inline
function blocksOf(length: i32): i32 {
  return length < 0 ? NO_TEXT : max((length + 15) >> 4, 1);
}

@inline
function sizeOf(length: i32): usize {
  return length < 0 ? 0 : <usize>blocksOf(length) * BLOCK;
}
