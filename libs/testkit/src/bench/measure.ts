/** The middle value; of an even count, the lower of the two. NaN when there is none. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** CPU time (user and system, all threads of this process) that something took, in microseconds. */
export async function cpuMicrosOf(work: () => unknown): Promise<number> {
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

/**
 * Median over the rounds of the CPU time of one call, in microseconds. CPU time and not wall time: whatever else the
 * machine does meanwhile counts less.
 */
export async function cpuMicrosPerCall(calls: number, operation: () => unknown, rounds = 7): Promise<number> {
  const batch = (): void => {
    for (let call = 0; call < calls; call += 1) operation();
  };
  batch();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await cpuMicrosOf(batch));
  return median(times) / calls;
}
