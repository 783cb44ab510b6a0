import type { NetworkOptions } from '../network/guarded-lookup.ts';

/** What holds for every store that is reached by network. */
export interface RemoteOptions {
  /** Bodies up to this size go in one request, and the parts of larger ones have it. */
  readonly partBytes?: number;
  /** How often one request is sent before its error counts. */
  readonly attempts?: number;
  /** How long a request may wait for its connection, for its answer, and between bytes of it. */
  readonly attemptMs?: number;
  readonly network?: NetworkOptions;
}

export const remoteDefaults = {
  partBytes: 8 * 1_024 * 1_024,
  attempts: 4,
  attemptMs: 30_000,
  network: {},
} as const satisfies RemoteOptions;
