/** Times of a reconciler, in milliseconds, and how much it does at once. */
export interface ReconcilerSettings {
  /** Pause between two runs, spread by ±10 %. */
  readonly intervalMs: number;
  /** Shortest pause between two runs, whatever triggers the next. */
  readonly gapMs: number;
  /** Longest duration of a run; what it has not begun by then waits for the next. */
  readonly runMs: number;
  readonly fetchMs: number;
  readonly observeMs: number;
  /** Longest duration of one create, update or delete. */
  readonly operationMs: number;
  /** Longest duration of reading or writing a snapshot, a record or a release. */
  readonly storeMs: number;
  /** How long `stop` waits for operations under way before it aborts them. */
  readonly stopMs: number;
  /** How late the loop may be before it counts as stuck. */
  readonly stuckMs: number;
  /** How long a deletion by absence counts towards the limit. */
  readonly windowMs: number;
  /** Operations at once. */
  readonly concurrency: number;
}

export const defaultSettings: ReconcilerSettings = {
  intervalMs: 30_000,
  gapMs: 250,
  runMs: 10 * 60_000,
  fetchMs: 30_000,
  observeMs: 60_000,
  operationMs: 60_000,
  storeMs: 10_000,
  stopMs: 10_000,
  stuckMs: 60_000,
  windowMs: 60 * 60_000,
  concurrency: 8,
};
