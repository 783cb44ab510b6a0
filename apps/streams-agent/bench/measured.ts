/** What the agent's process is told to do. */
export interface Order {
  /** Streams, from each of which another is derived. */
  readonly sources: number;
  readonly runs: number;
  /** Whether runs with the answer in full and with all states told anew are measured too. */
  readonly allKinds: boolean;
  /** Between two runs: longer than one takes. */
  readonly pollMs: number;
  /** Where its workloads run; absent: in memory. */
  readonly kubernetes?: {
    readonly kubeconfig: string;
    readonly namespace: string;
    readonly templateFile: string;
  };
}

/** What a run of the agent's process took (run-agent.ts). */
export interface Measured {
  /** Milliseconds by the clock until everything was there. */
  readonly created: number;
  /** Milliseconds of CPU time of an unchanged run. */
  readonly resync: number;
  /** The same of one with the answer in full, and of six in which all states are told anew, where that was asked for. */
  readonly others?: { readonly inFull: number; readonly told: number };
  /** Of all unchanged runs. */
  readonly writes: number;
  /** Bytes that the process held: with its code, before the agent ran, and at most. */
  readonly residentBefore: number;
  readonly residentAtMost: number;
  /** Bytes in the heap and in buffers after garbage collection. */
  readonly inUse: number;
}
