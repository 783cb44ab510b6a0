import type { NetworkOptions } from '../network/guarded-lookup.ts';

export interface SessionOptions {
  readonly network: NetworkOptions;
  /** Breaks the connection when it aborts. */
  readonly signal: AbortSignal;
  /** What a server may send in all, for those whose answers are short. @default unlimited */
  readonly mostBytes?: number;
}
