import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `probe` answers with something truthy and resolves with it. Errors of the probe count as "not yet".
 * A probe that costs something is asked less often (`everyMs`). The last error, or the description, is in what it throws after `timeoutMs`.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 10_000,
  everyMs = 10,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await probe();
      if (answer) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(everyMs);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause });
}
