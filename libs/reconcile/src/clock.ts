/** Time as the code sees it, so that a test can move it. */
export interface Clock {
  /** Wall time in milliseconds since the epoch: for records, never for intervals. */
  now(): number;
  /** Milliseconds that only ever grow: for intervals, deadlines and leases. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
