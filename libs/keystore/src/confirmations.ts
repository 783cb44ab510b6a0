import type { Clock } from '@ccd/reconcile';
import type { JournalEntry, KeyIndex } from './port.ts';

/** From one attempt to reach an index that was away to the next. */
const retryMs = 1_000;

/** Asks the index about keys that are known already, which need not wait for an index that is away. */
export interface Confirmations {
  /** What the index has of these links; undefined while it is away, which is known at once after the first who waited. */
  ask(keyLinks: readonly string[]): Promise<ReadonlyMap<string, JournalEntry> | undefined>;
}

/**
 * One failure ends the waiting of all: an index that hangs would else hold every use of a known key for as long as it
 * may take to answer. From then on nobody waits; one asks in the background each second, and where that is answered
 * the next uses are confirmed again.
 */
export function createConfirmations({
  index,
  clock,
}: {
  readonly index: Pick<KeyIndex, 'byLinks'>;
  readonly clock: Clock;
}): Confirmations {
  const waiting = new Set<() => void>();
  let away = false;
  let probing = false;
  let nextProbe = 0;

  function turnAway(): void {
    away = true;
    nextProbe = clock.monotonic() + retryMs;
    for (const goOn of waiting) goOn();
  }

  /** Undefined where the index fails. */
  async function tryIndex(
    keyLinks: readonly string[],
  ): Promise<ReadonlyMap<string, JournalEntry> | undefined> {
    try {
      return await index.byLinks(keyLinks);
    } catch {
      turnAway();
      return undefined;
    }
  }

  async function probe(keyLinks: readonly string[]): Promise<void> {
    probing = true;
    if ((await tryIndex(keyLinks)) !== undefined) away = false;
    probing = false;
  }

  return {
    async ask(keyLinks) {
      if (away) {
        if (!probing && clock.monotonic() >= nextProbe) void probe(keyLinks);
        return undefined;
      }
      let goOn = (): void => {};
      const turnedAway = new Promise<undefined>((resolve) => {
        goOn = () => {
          resolve(undefined);
        };
      });
      waiting.add(goOn);
      const answer = await Promise.race([tryIndex(keyLinks), turnedAway]);
      waiting.delete(goOn);
      return answer;
    },
  };
}
