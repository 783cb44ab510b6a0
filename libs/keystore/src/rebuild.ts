import type { Clock } from '@ccd/reconcile';
import type { JournalEntry, KeyIndex, KeyJournal } from './port.ts';

const entriesAtOnce = 256;

/** Fills the index from the journal. */
export interface Rebuilder {
  /** Replays what the journal holds by now. Waits for a replay that is under way, whose end may be older. */
  rebuild(streamId: string): Promise<void>;
  /** Replays unless that was done or begun within the interval: many missing links ask for one replay. */
  rebuildOnce(streamId: string): Promise<void>;
  close(): void;
}

async function putAll(index: KeyIndex, entries: readonly JournalEntry[], now: number): Promise<void> {
  const newest = new Map(entries.map((entry) => [entry.keyLink, entry]));
  const [dead, alive] = [...newest.values()].reduce<[JournalEntry[], JournalEntry[]]>(
    ([tombstones, keys], entry) =>
      entry.wrapped ? [tombstones, [...keys, entry]] : [[...tombstones, entry], keys],
    [[], []],
  );
  await Promise.all(alive.map((entry) => index.claim(entry, now)));
  await Promise.all(dead.map((entry) => index.erase(entry)));
}

export function createRebuilder(options: {
  readonly index: KeyIndex;
  readonly journal: KeyJournal;
  readonly clock: Clock;
  readonly intervalMs: number;
}): Rebuilder {
  const { index, journal, clock } = options;
  const closing = new AbortController();
  const running = new Map<string, Promise<void>>();
  /** Monotonic time of each stream's last replay. */
  const done = new Map<string, number>();

  async function replay(streamId: string): Promise<void> {
    let batch: JournalEntry[] = [];
    for await (const entry of journal.replay(streamId, closing.signal)) {
      batch.push(entry);
      if (batch.length < entriesAtOnce) continue;
      await putAll(index, batch, clock.now());
      batch = [];
    }
    await putAll(index, batch, clock.now());
    done.set(streamId, clock.monotonic());
  }

  function start(streamId: string): Promise<void> {
    const replaying = replay(streamId).finally(() => running.delete(streamId));
    running.set(streamId, replaying);
    return replaying;
  }

  return {
    async rebuild(streamId) {
      // A replay under way fails on its own behalf.
      await running.get(streamId)?.catch(() => {});
      await (running.get(streamId) ?? start(streamId));
    },
    async rebuildOnce(streamId) {
      const last = done.get(streamId);
      if (last !== undefined && clock.monotonic() - last < options.intervalMs) return;
      await (running.get(streamId) ?? start(streamId));
    },
    close() {
      closing.abort();
    },
  };
}
