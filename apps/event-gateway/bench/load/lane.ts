/** One connection of a load generator. */
export interface Lane {
  /** Sends a request as its protocol's renderer made it. */
  send(rendered: Buffer): void;
  close(): void;
}

export interface LaneOptions {
  /** The connection takes requests. */
  readonly onReady: () => void;
  /** Answers come in the order of the requests, or in any where a connection has several under way. */
  readonly onAnswer: (accepted: boolean) => void;
}
