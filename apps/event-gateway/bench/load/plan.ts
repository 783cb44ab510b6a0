/** What a load generator is told to do, as JSON on its command line's behalf (see run-load.ts). */
export interface LoadPlan {
  readonly protocol: 'http1' | 'h2c';
  readonly port: number;
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly depth: number;
  readonly ms: number;
  /** Goes on until as many requests are answered, also beyond `ms`. */
  readonly atLeast?: number;
  /** Requests per second over all connections; absent: each answer is followed by the next request at once. */
  readonly rate?: number;
  /** File with the requests to send in turn (see requests.ts). */
  readonly requestsFile: string;
}

export interface LoadResult {
  /** Requests that were answered with 204. */
  readonly accepted: number;
  /** Requests that were answered with anything else. */
  readonly refused: number;
  readonly seconds: number;
  /** Of loads with a rate. */
  readonly latency?: Latency;
}

/** Milliseconds. */
export interface Latency {
  /** From the time a request was due to its answer. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /**
   * The generator's own lateness: from the time a request was due, and a connection was free for it, until it was sent.
   * It is as late in reading answers, so that latencies of this size are of the generator and not of the server.
   */
  readonly lagP99: number;
}
