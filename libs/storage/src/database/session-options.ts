import type { NetworkOptions } from '../network/guarded-lookup.ts';

export interface SessionOptions {
  readonly network: NetworkOptions;
  /** Breaks the connection when it aborts. */
  readonly signal: AbortSignal;
}
