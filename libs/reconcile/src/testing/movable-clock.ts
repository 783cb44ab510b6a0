import type { Clock } from '../clock.ts';
import { systemClock } from '../system-clock.ts';

/** The system's clock, which a test can put forward. What sleeps already is not woken by it. */
export interface MovableClock extends Clock {
  readonly forward: (ms: number) => void;
}

/** For tests in which processes and servers run on real time; all others have `createFakeClock`. */
export function createMovableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    forward: (ms) => {
      ahead += ms;
    },
  };
}
