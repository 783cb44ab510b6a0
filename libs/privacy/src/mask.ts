import { murmur3x64 } from './murmur3.ts';

/**
 * Hashes values so that equal ones stay equal and the original is not shown: MurmurHash3 over the seed followed by the
 * value. This is obfuscation, not encryption: whoever knows the seed can try values.
 * The text is h1 and h2 in lower-case hexadecimal, each without leading zeros, as existing consumers compare it.
 */
export function createMask(seed: string): (value: string) => string {
  return (value) => {
    const [high1, low1, high2, low2] = murmur3x64(Buffer.from(seed + value));
    return toHex(high1, low1) + toHex(high2, low2);
  };
}

function toHex(high: number, low: number): string {
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
}
