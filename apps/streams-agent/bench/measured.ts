/** What a run of the agent's process took (run-agent.ts). */
export interface Measured {
  /** Milliseconds by the clock until everything was there. */
  readonly created: number;
  /** Milliseconds of CPU time of an unchanged run; of one with the answer in full; of six in which all states are told anew. */
  readonly resync: number;
  readonly inFull: number;
  readonly told: number;
  /** Of all unchanged runs. */
  readonly writes: number;
  /** Bytes that the process held: with its code, before the agent ran, and at most. */
  readonly residentBefore: number;
  readonly residentAtMost: number;
  /** Bytes in the heap and in buffers after garbage collection. */
  readonly inUse: number;
}
