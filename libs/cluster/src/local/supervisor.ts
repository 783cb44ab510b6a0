import type { Clock } from '@ccd/reconcile';
import type { WorkloadStatus } from '../port.ts';

/** A process that was started. */
export interface Running {
  readonly exited: Promise<Exit>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** How a process ended, in words for a person. */
export interface Exit {
  readonly how: string;
}

/** What a workload says of itself. */
export type Report =
  | { readonly state: 'running' }
  | { readonly state: 'failing'; readonly reason: string; readonly message: string };

/** The workload cannot start until something outside of it changes. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface SupervisorOptions {
  /** Starts the process. @throws BlockedError */
  readonly launch: (onReport: (report: Report) => void) => Promise<Running>;
  readonly clock: Clock;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly onChange: () => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}

export interface Supervisor {
  status(): WorkloadStatus;
  /** Ends what runs and starts anew: the workload has another spec. */
  replace(): void;
  /** Tries at once what waits for its next attempt: something that it lacked may be there. */
  retry(): void;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
}

const firstDelayMs = 1_000;
const longestDelayMs = 60_000;
/** After this long a crash counts as the first again. */
const stableMs = 60_000;
const loopFrom = 3;

/** Keeps one process running: started again when it ends, after a pause that grows with each crash. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { launch, clock, graceMs, onChange, random = Math.random } = options;
  let status: WorkloadStatus = { state: 'starting' };
  let restarts = 0;
  let crashes = 0;
  let stopping = false;
  let round = new AbortController();
  let pause = new AbortController();
  let again = false;

  const setStatus = (next: WorkloadStatus): void => {
    if (stopping && next.state !== 'stopping') return;
    status = next;
    onChange();
  };
  const fail = (reason: string, message: string): void => {
    setStatus({ state: 'failing', reason, message, restarts });
  };

  const runOnce = async (signal: AbortSignal): Promise<void> => {
    const startedAt = clock.monotonic();
    let said: Report | undefined;
    let ended = false;
    again = false;
    const running = await launch((report) => {
      // What it said last may arrive after its end: a reason then, but no life any more.
      if (signal.aborted || (ended && report.state === 'running')) return;
      said = report;
      if (report.state === 'running') setStatus({ state: 'running' });
      else fail(report.reason, report.message);
    });
    const exit = await untilAborted(running.exited, signal);
    if (!exit) {
      await end(running);
      return;
    }
    ended = true;
    // What was asked for while it ran is not a reason to skip the pause.
    again = false;
    crashes = clock.monotonic() - startedAt >= stableMs ? 1 : crashes + 1;
    restarts += 1;
    // Its own last words say more than the way it ended.
    if (said?.state === 'failing') fail(said.reason, said.message);
    else fail(crashes >= loopFrom ? 'CrashLoop' : 'Crashed', `the process ended (${exit.how}): see its log`);
  };

  const end = async (running: Running): Promise<void> => {
    const gone = new AbortController();
    running.kill('SIGTERM');
    const lastResort = clock.sleep(graceMs, gone.signal).then(
      () => {
        running.kill('SIGKILL');
      },
      () => {},
    );
    await running.exited;
    gone.abort();
    await lastResort;
  };

  const waitForNext = async (signal: AbortSignal): Promise<void> => {
    if (again) return;
    pause = new AbortController();
    const base = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, crashes - 1));
    const ms = Math.max(firstDelayMs, base * (0.75 + random() / 4));
    await clock.sleep(ms, AbortSignal.any([signal, pause.signal])).catch(() => {});
  };

  const isStopping = (): boolean => stopping;
  const keepRunning = async (): Promise<void> => {
    while (!isStopping()) {
      const { signal } = round;
      try {
        await runOnce(signal);
      } catch (error) {
        const blocked = error instanceof BlockedError;
        if (!blocked) crashes += 1;
        const message = error instanceof Error ? error.message : 'unknown error';
        fail(blocked ? error.reason : 'StartFailed', message);
      }
      if (!signal.aborted) await waitForNext(signal);
    }
  };
  const finished = keepRunning();

  return {
    status: () => status,
    replace() {
      crashes = 0;
      setStatus({ state: 'starting' });
      const before = round;
      round = new AbortController();
      before.abort();
    },
    retry() {
      again = true;
      pause.abort();
    },
    async stop() {
      setStatus({ state: 'stopping' });
      stopping = true;
      round.abort();
      await finished;
    },
  };
}

/** What the promise resolves with, or undefined when the signal aborts first. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const abort = (): void => {
    resolve(undefined);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
