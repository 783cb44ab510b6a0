import type { Clock } from './clock.ts';
import type { RunReport } from './report.ts';
import type { Runner } from './runner.ts';
import type { ReconcilerSettings } from './settings.ts';

export interface Loop {
  runOnce(signal?: AbortSignal): Promise<RunReport>;
  trigger(): void;
  start(): void;
  stop(): Promise<void>;
  live(): true | string;
}

/** Runs at an interval, one run at a time. */
export function createLoop(runner: Runner, clock: Clock, settings: ReconcilerSettings): Loop {
  /** Nothing new begins. */
  const stopping = new AbortController();
  /** What is under way ends too. */
  const killing = new AbortController();
  /** Aborted by a trigger; replaced before each run, so that a trigger during it shortens the pause after it. */
  let wake = new AbortController();
  let turn: Promise<unknown> = Promise.resolve();
  let looping: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  /** Monotonic time by which the loop must have moved on. */
  let movesBy: number | undefined;

  function inTurn(begin: AbortSignal, work: AbortSignal): Promise<RunReport> {
    const report = turn.then(() => runner.perform({ begin, work }));
    turn = report;
    return report;
  }

  /** Sleeps until a signal aborts or the time is over, whichever comes first. */
  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    try {
      await clock.sleep(ms, signal);
    } catch {
      // Being woken is what the signal is for.
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      movesBy = clock.monotonic() + settings.runMs + settings.stuckMs;
      const report = await inTurn(stopping.signal, killing.signal);
      const delay = report.nextAttemptAt - report.finishedAt;
      movesBy = clock.monotonic() + delay + settings.stuckMs;
      await pause(Math.min(settings.gapMs, delay), stopping.signal);
      await pause(delay - settings.gapMs, AbortSignal.any([stopping.signal, wake.signal]));
    }
  }

  async function shutDown(): Promise<void> {
    stopping.abort(new Error('the reconciler is being stopped'));
    movesBy = undefined;
    const done = new AbortController();
    clock.sleep(settings.stopMs, done.signal).then(
      () => {
        killing.abort(new Error('the reconciler did not stop in time'));
      },
      () => {},
    );
    await Promise.all([looping, turn]);
    done.abort();
  }

  return {
    runOnce(signal) {
      const bounded = (own: AbortSignal) => (signal === undefined ? own : AbortSignal.any([signal, own]));
      return inTurn(bounded(stopping.signal), bounded(killing.signal));
    },
    trigger() {
      wake.abort();
    },
    start() {
      if (!stopping.signal.aborted) looping ??= loop();
    },
    stop: () => (stopped ??= shutDown()),
    live() {
      if (movesBy === undefined || clock.monotonic() <= movesBy) return true;
      const late = Math.round((clock.monotonic() - movesBy + settings.stuckMs) / 1000);
      return `the loop should have moved on ${late} s ago`;
    },
  };
}
