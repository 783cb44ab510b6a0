import type { Clock } from './clock.ts';

/** setTimeout holds its delay in a signed 32-bit integer and fires at once beyond it. */
const longestTimerMs = 2_147_483_647;

/** Waits once, at most `longestTimerMs`; returns early, without an error, when the signal aborts. */
async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  let wake = (): void => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const timer = setTimeout(wake, ms);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    await woken;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', wake);
  }
}

/** The machine's own time. Pending sleeps keep the process alive: abort them to stop. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const end = performance.now() + ms;
    do {
      await wait(Math.min(Math.max(end - performance.now(), 0), longestTimerMs), signal);
      signal?.throwIfAborted();
    } while (end - performance.now() >= 1);
  },
};
