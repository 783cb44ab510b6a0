import type { Clock } from '@ccd/reconcile';

/** Passes hints on, the first at once and those after it together, no sooner than a gap after the last. */
export interface Hints {
  readonly hint: () => void;
  /** What follows from a hint took so long: a busy agent is not woken for every event. */
  took(ms: number): void;
  close(): void;
}

const shortestGapMs = 250;
/** Drift is to be repaired within five seconds. */
const longestGapMs = 3_000;

/** @param onHint told of any number of hints at once */
export function createHints(clock: Clock, onHint: () => void): Hints {
  const closing = new AbortController();
  let gapMs = shortestGapMs;
  let last = Number.NEGATIVE_INFINITY;
  let waiting = false;

  const tell = (): void => {
    waiting = false;
    last = clock.monotonic();
    onHint();
  };
  return {
    hint() {
      if (waiting || closing.signal.aborted) return;
      const left = last + gapMs - clock.monotonic();
      if (left <= 0) {
        tell();
        return;
      }
      waiting = true;
      clock.sleep(left, closing.signal).then(tell, () => {});
    },
    took(ms) {
      gapMs = Math.min(Math.max(shortestGapMs, ms * 4), longestGapMs);
    },
    close() {
      closing.abort();
    },
  };
}
