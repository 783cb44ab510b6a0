const nanosecondsPerSecond = 1_000_000_000n;

/** The length of a google.protobuf.Duration, as generated code or reflection give it, in nanoseconds. */
export function toNanoseconds(duration: unknown): bigint {
  if (typeof duration !== 'object' || duration === null) throw new TypeError('not a duration');
  const seconds = 'seconds' in duration && typeof duration.seconds === 'bigint' ? duration.seconds : 0n;
  const nanos = 'nanos' in duration && typeof duration.nanos === 'number' ? duration.nanos : 0;
  return seconds * nanosecondsPerSecond + BigInt(nanos);
}

/** Nanoseconds as people say them: `30 seconds`, `1.5 seconds`. */
export function inSeconds(nanoseconds: bigint): string {
  const seconds = Number(nanoseconds) / Number(nanosecondsPerSecond);
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}
