import type { Clock } from '@ccd/reconcile';
import { LogUnavailableError } from '../../errors.ts';
import { isPassing, reasonOf } from './errors.ts';

export interface Patience {
  readonly clock: Clock;
  /** How long a request is tried again, before LogUnavailableError. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

const firstPauseMs = 20;
const longestPauseMs = 500;

/** Pauses between attempts, in milliseconds: short at first, since most states pass at once. */
export function pauseMs(attempt: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.75 + Math.random() / 2);
}

/**
 * Tries again what failed for a passing reason; each attempt is told how long it may take.
 * @throws LogUnavailableError when the deadline has passed, the attempt's own error when it is no passing one
 */
export async function withRetries<T>(
  { clock, deadlineMs, signal }: Patience,
  attempt: (remainingMs: number) => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonic() + deadlineMs;
  let first: string | undefined;
  for (let turn = 0; ; turn++) {
    try {
      return await attempt(deadline - clock.monotonic());
    } catch (error) {
      signal?.throwIfAborted();
      if (!isPassing(error)) throw error;
      const pause = pauseMs(turn);
      const reason = reasonOf(error);
      // Often the first one says why, and the last one that the time was up.
      first ??= reason;
      if (clock.monotonic() + pause >= deadline) {
        const reasons = first === reason ? reason : `${reason}; at first: ${first}`;
        throw new LogUnavailableError(`no success within the deadline: ${reasons}`, { cause: error });
      }
      await clock.sleep(pause, signal);
    }
  }
}
