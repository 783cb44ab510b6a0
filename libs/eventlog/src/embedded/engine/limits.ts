/** Bounds that keep one client from taking the engine's memory, whatever it sends. */
export const engineLimits = {
  /** One request or answer. */
  frameBytes: 32 * 1024 * 1024,
  connections: 512,
  consumersPerConnection: 1_024,
  fetchesPerConnection: 8_192,
  /** Unanswered requests (waiting readers aside) and their bytes, beyond which a connection is not read. */
  requestsPerConnection: 512,
  requestBytesPerConnection: 32 * 1024 * 1024,
  /** Unsent answers beyond which a connection gets no further records, and beyond the second is not read either. */
  answerBytesPerConnection: 4 * 1024 * 1024,
  answerBytesToPause: 16 * 1024 * 1024,
  recordsPerFetch: 10_000,
  bytesPerFetch: 8 * 1024 * 1024,
} as const;
