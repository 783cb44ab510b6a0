import { createHash, randomBytes } from 'node:crypto';
import { givenSeed } from './config.ts';

/** Random choices that a seed repeats. */
export interface Random {
  /** Names the sequence in failures and summaries; `CCD_SEED` repeats it. */
  readonly seed: string;
  /** A whole number from 0 up to but not including `end`. */
  below(end: number): number;
  /** @throws RangeError for an empty list */
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): readonly T[];
}

/** @param seed default: `CCD_SEED`, or one of its own */
export function createRandom(seed = givenSeed ?? randomBytes(4).toString('hex')): Random {
  let drawn = 0;
  const below = (end: number): number => {
    drawn += 1;
    const digest = createHash('sha256').update(`${seed}/${drawn}`).digest();
    return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * end);
  };
  return {
    seed,
    below,
    pick<T>(items: readonly T[]): T {
      const picked = items[below(items.length)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    shuffled: (items) =>
      items
        .map((item) => [below(2 ** 32), item] as const)
        .sort(([one], [other]) => one - other)
        .map(([, item]) => item),
  };
}
