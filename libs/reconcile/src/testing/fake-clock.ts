import type { Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves both times on by `ms`, waking each sleeper at its own moment, in order. Before, between and after the
   * wake-ups it lets pending promises settle, so that what a woken sleeper does next (a further sleep included)
   * happens at the right time.
   */
  advance(ms: number): Promise<void>;
  /** Lets pending promises settle without moving time. */
  settle(): Promise<void>;
  /** Moves the wall time alone, as an administrator or a time server would; intervals must not notice. */
  jumpWallTime(ms: number): void;
  /** How many sleeps are pending: a leak shows here. */
  sleepers(): number;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** 2026-01-01T00:00:00Z. */
const defaultStart = 1_767_225_600_000;

/** Each turn of the event loop drains the whole microtask queue; a few let chains over setImmediate through. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Creates a clock at `start` (milliseconds since the epoch) whose monotonic time begins at 0. */
export function createFakeClock(start: number = defaultStart): FakeClock {
  let elapsed = 0;
  let wallOffset = start;
  const sleepers = new Set<Sleeper>();

  function nextDue(limit: number): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.due <= limit && (next === undefined || sleeper.due < next.due)) next = sleeper;
    }
    return next;
  }

  return {
    now: () => wallOffset + elapsed,
    monotonic: () => elapsed,
    settle,
    jumpWallTime(ms) {
      wallOffset += ms;
    },
    sleepers: () => sleepers.size,

    async sleep(ms, signal) {
      signal?.throwIfAborted();
      if (ms <= 0) return;
      let wake = (): void => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const sleeper = { due: elapsed + ms, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
      try {
        await woken;
      } finally {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
      }
      signal?.throwIfAborted();
    },

    async advance(ms) {
      if (ms < 0) throw new RangeError('time does not run backwards; jumpWallTime moves the wall time alone');
      const end = elapsed + ms;
      await settle();
      for (let next = nextDue(end); next !== undefined; next = nextDue(end)) {
        elapsed = Math.max(elapsed, next.due);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      elapsed = end;
    },
  };
}
