/** What a stream had taken in by a time: its counter never falls. */
export interface UsagePoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly total: bigint;
}

/** The points that are next to a time; one at that very time is the one before. */
export interface Neighbours {
  readonly before?: UsagePoint;
  readonly after?: UsagePoint;
}

/**
 * The counter at a time: between two points as if it had risen evenly, before the first one 0, after the last one what
 * that says. Rounded down, so that no event is told of before it is known.
 */
export function totalAt(at: number, { before, after }: Neighbours): bigint {
  if (before === undefined) return 0n;
  if (after === undefined || before.at >= at) return before.total;
  const passed = BigInt(at - before.at);
  return before.total + ((after.total - before.total) * passed) / BigInt(after.at - before.at);
}

/** A stretch of time, in milliseconds since the epoch. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** How many windows there are; the last one may be shorter than the others. */
export const countWindows = ({ start, end }: Window, intervalMs: number): number =>
  Math.ceil((end - start) / intervalMs);

/** Cuts a stretch of time into windows that follow each other. */
export function cutIntoWindows(whole: Window, intervalMs: number): readonly Window[] {
  return Array.from({ length: countWindows(whole, intervalMs) }, (_, index) => {
    const start = whole.start + index * intervalMs;
    return { start, end: Math.min(start + intervalMs, whole.end) };
  });
}
