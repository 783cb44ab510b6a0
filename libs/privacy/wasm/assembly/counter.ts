// The counter mode of AES-SIV (RFC 5297, 2.5).
import { BLOCK, add, encrypt, encryptTwoOnto, lookUp } from './aes';
import { COUNTER_KEYS } from './layout';
import * as T from './tables';

/** Adds the key stream of `tag` to a text, from the block with number `first` on. The same again undoes it. */
export function addKeyStream(slot: usize, tag: v128, first: i32, from: usize, to: usize, length: i32): void {
  const keys = slot + COUNTER_KEYS;
  const swap = v128.load(T.SWAP_LAST_WORD);
  const step = v128.load(T.LAST_WORD_ONE);
  // Two bits of the tag are cleared, so that the last word counts up to 2^31 blocks without a carry.
  let counter = lookUp(v128.and(tag, v128.load(T.COUNTER_BITS)), swap);
  counter = i32x4.add(counter, i32x4.mul(step, i32x4.splat(first)));
  while (length > <i32>BLOCK) {
    const next = i32x4.add(counter, step);
    encryptTwoOnto(lookUp(counter, swap), lookUp(next, swap), keys, from, to);
    counter = i32x4.add(next, step);
    from += 2 * BLOCK;
    to += 2 * BLOCK;
    length -= 2 * <i32>BLOCK;
  }
  if (length > 0) v128.store(to, add(v128.load(from), encrypt(lookUp(counter, swap), keys)));
}

/** Stores the counter blocks for `length` bytes, whole blocks. */
export function storeCounters(tag: v128, to: usize, length: usize): void {
  const swap = v128.load(T.SWAP_LAST_WORD);
  const step = v128.load(T.LAST_WORD_ONE);
  let counter = lookUp(v128.and(tag, v128.load(T.COUNTER_BITS)), swap);
  for (let end = to + length; to < end; to += BLOCK) {
    v128.store(to, lookUp(counter, swap));
    counter = i32x4.add(counter, step);
  }
}
