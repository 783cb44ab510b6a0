import type { Clock } from '@ccd/reconcile';

/** The pauses of a partition that cannot go on: each twice as long as the one before, from a second to a minute. */
export interface GrowingPause {
  /** Whether the pause has passed; false when the signal came first. */
  wait(signal: AbortSignal): Promise<boolean>;
  /** Something went on: the next pause is short again. */
  reset(): void;
}

const firstMs = 1_000;
const longestMs = 60_000;

export function createGrowingPause(clock: Clock): GrowingPause {
  let nextMs = firstMs;
  return {
    async wait(signal) {
      const ms = nextMs;
      nextMs = Math.min(ms * 2, longestMs);
      try {
        await clock.sleep(ms, signal);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
    reset() {
      nextMs = firstMs;
    },
  };
}
