/**
 * How many a second came in the busiest time.
 * @param arrivals in order, in milliseconds
 */
export function busiest(arrivals: readonly number[], windowMs: number): number {
  let from = 0;
  let most = 0;
  for (const [index, at] of arrivals.entries()) {
    while (at - (arrivals[from] ?? at) >= windowMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return (most * 1_000) / windowMs;
}
