/** Asks each time anew, where the compiler would take an earlier answer for granted. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Resolves once the signal has aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
