import type { Clock } from '@ccd/reconcile';
import type { JournalEntry, KeyIndex, KeyJournal } from './port.ts';

const entriesAtOnce = 256;

/** Fills the index from the journal, and gives what it is asked for by the way: an index may be too small to keep it. */
export interface Rebuilder {
  /**
   * Replays what the journal holds by now, and answers the newest entries of the wanted links. Waits for a replay that
   * is under way, whose end may be older.
   */
  rebuild(streamId: string, wanted?: readonly string[]): Promise<ReadonlyMap<string, JournalEntry>>;
  /**
   * The same, but no replay while the last one is so recent that replaying would take more than a tenth of the time:
   * links that stay missing must not keep a process busy.
   */
  rebuildIfDue(streamId: string, wanted: readonly string[]): Promise<ReadonlyMap<string, JournalEntry>>;
  close(): void;
}

/** Between two replays of a stream pass nine times what the last one took, within these bounds. */
const pauses = { times: 9, atLeastMs: 1_000 } as const;

interface Done {
  /** Monotonic, in milliseconds. */
  readonly at: number;
  readonly tookMs: number;
}

/** A replay under way, with the links that it looks out for. */
interface Replay {
  readonly wanted: ReadonlySet<string>;
  readonly found: Promise<ReadonlyMap<string, JournalEntry>>;
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

/** A replay that fails does so on behalf of who asked for it. */
async function ended({ found }: Replay): Promise<void> {
  await found.catch(() => {});
}

export function createRebuilder(options: {
  readonly index: KeyIndex;
  readonly journal: KeyJournal;
  readonly clock: Clock;
  readonly intervalMs: number;
}): Rebuilder {
  const { index, journal, clock } = options;
  const closing = new AbortController();
  const running = new Map<string, Replay>();
  const done = new Map<string, Done>();

  async function replay(
    streamId: string,
    wanted: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, JournalEntry>> {
    const begun = clock.monotonic();
    const found = new Map<string, JournalEntry>();
    let batch: JournalEntry[] = [];
    for await (const entry of journal.replay(streamId, closing.signal)) {
      if (wanted.has(entry.keyLink)) found.set(entry.keyLink, entry);
      batch.push(entry);
      if (batch.length < entriesAtOnce) continue;
      await putAll(index, batch, clock.now());
      batch = [];
    }
    await putAll(index, batch, clock.now());
    const at = clock.monotonic();
    done.set(streamId, { at, tookMs: at - begun });
    return found;
  }

  function start(streamId: string, links: readonly string[]): Promise<ReadonlyMap<string, JournalEntry>> {
    const wanted = new Set(links);
    const found = replay(streamId, wanted).finally(() => running.delete(streamId));
    running.set(streamId, { wanted, found });
    return found;
  }

  function isDue(streamId: string): boolean {
    const last = done.get(streamId);
    if (last === undefined) return true;
    const pause = Math.max(pauses.times * last.tookMs, pauses.atLeastMs);
    return clock.monotonic() - last.at >= Math.min(pause, options.intervalMs);
  }

  return {
    async rebuild(streamId, wanted = []) {
      for (let under = running.get(streamId); under; under = running.get(streamId)) await ended(under);
      return start(streamId, wanted);
    },
    async rebuildIfDue(streamId, wanted) {
      for (let under = running.get(streamId); under; under = running.get(streamId)) {
        const { wanted: theirs, found } = under;
        if (wanted.every((link) => theirs.has(link))) return found;
        await ended(under);
      }
      return isDue(streamId) ? start(streamId, wanted) : new Map();
    },
    close() {
      closing.abort();
    },
  };
}
