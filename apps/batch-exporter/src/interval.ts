/** The first boundary of the interval strictly after `time`; both in milliseconds, boundaries counted from the epoch. */
export function nextBoundary(time: number, intervalMs: number): number {
  return Math.floor(time / intervalMs) * intervalMs + intervalMs;
}

/**
 * The boundary that names the object of an interval that ended by `time`: the latest one passed, and always after the
 * boundary of the object before it, whatever the clock did in between.
 */
export function boundaryToName(time: number, intervalMs: number, previous: number | undefined): number {
  const passed = Math.floor(time / intervalMs) * intervalMs;
  return previous === undefined ? passed : Math.max(passed, previous + intervalMs);
}
