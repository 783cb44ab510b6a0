import { abortable } from './abortable.ts';
import type { Clock } from './clock.ts';
import { DeadlineExceededError } from './errors.ts';

/**
 * Runs `work` under a signal that aborts with `parent` or after `ms`, and stops waiting for it then, whether or not
 * the work listens.
 *
 * @throws DeadlineExceededError, the parent's reason, or what the work throws (also synchronously)
 */
export async function withDeadline<T>(
  clock: Clock,
  { step, ms, parent }: { readonly step: string; readonly ms: number; readonly parent: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void => {
    controller.abort(parent.reason);
  };
  parent.addEventListener('abort', abort, { once: true });
  const settled = new AbortController();
  clock.sleep(ms, settled.signal).then(
    () => {
      controller.abort(new DeadlineExceededError(step, ms));
    },
    () => {},
  );
  try {
    return await abortable((async () => work(signal))(), signal);
  } finally {
    parent.removeEventListener('abort', abort);
    settled.abort();
  }
}
