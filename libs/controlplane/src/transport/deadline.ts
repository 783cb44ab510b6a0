import type { Clock } from '@ccd/reconcile';

/** Something took longer than it was given. */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs` of the clock, or with `signal`. What `work` throws passes
 * through; a `work` that does not listen is left behind.
 * @throws TimedOutError
 */
export async function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const done = new AbortController();
  clock.sleep(timeoutMs, done.signal).then(
    () => {
      timeout.abort(new TimedOutError(timeoutMs));
    },
    () => {},
  );
  const either = AbortSignal.any([signal, timeout.signal]);
  try {
    return await abortable(work(either), either);
  } finally {
    done.abort();
  }
}

/** The promise, or a rejection with the signal's reason as soon as it aborts. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => {
    aborted.reject(signal.reason as Error);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
