/** What the benchmark tells the process that plays the agents, and what that answers. */
export type Order =
  | {
      readonly do: 'connect';
      readonly port: number;
      readonly path: string;
      /** One for each agent. */
      readonly tokens: readonly string[];
      /** Whether agents keep an answer and name it with the next poll. */
      readonly keeping: boolean;
    }
  /** Every agent polls once in `everyMs`, spread evenly, for `forMs`. */
  | { readonly do: 'keep pace'; readonly everyMs: number; readonly forMs: number }
  /** Every agent polls again as soon as it has its answer, until all have polled so often together. */
  | { readonly do: 'saturate'; readonly polls: number }
  /** Every agent polls once. */
  | { readonly do: 'poll once' }
  | { readonly do: 'disconnect' };

export interface Outcome {
  readonly polls: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly bytes: number;
  readonly wallMs: number;
  /** Of the time from request to trailers. */
  readonly p99Ms: number;
}
