/** Whole seconds of each part of a run, for its summary. */
export function startStopwatch() {
  const laps: Record<string, number> = {};
  let last = performance.now();
  return {
    lap(part: string): void {
      const now = performance.now();
      laps[part] = Math.round((now - last) / 1_000);
      last = now;
    },
    laps: (): Readonly<Record<string, number>> => laps,
  };
}
