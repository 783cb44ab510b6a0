import { isFullSize } from './config.ts';

/** How much of a suite's full size to run: a tenth, at least one, and everything with `CCD_FULL=1`. */
export function scaled(full: number, isFull = isFullSize): number {
  return isFull ? full : Math.ceil(full / 10);
}
