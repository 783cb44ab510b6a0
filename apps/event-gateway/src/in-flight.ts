import type { Clock } from '@ccd/reconcile';

/** A request that is being worked on. A link of the list of those whose time is not up: a set costs a hash of each. */
export abstract class Running {
  /** On the monotonic clock. */
  readonly startedAt: number;
  older: Running | undefined = undefined;
  newer: Running | undefined = undefined;
  isWaiting = false;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** Called once, when its time is up. */
  abstract expire(): void;
}

/**
 * The requests that are being worked on, in the order in which they came, and the bytes of bodies that they hold. Work
 * counts until it ends, also where its sender has been answered or has gone: that is what bounds memory.
 */
export interface InFlight {
  readonly count: number;
  /** False when there is no room; nothing has been counted then. */
  begin(running: Running): boolean;
  /** @returns whether there is room for so many bytes more */
  hold(bytes: number): boolean;
  /** To be called once for each that has begun. */
  end(running: Running, bytes: number): void;
  /** Lets nothing expire any more. */
  stop(): Promise<void>;
}

export interface InFlightOptions {
  readonly clock: Clock;
  readonly maxRequests: number;
  readonly maxBytes: number;
  /** Time until a request expires, milliseconds. */
  readonly deadlineMs: number;
}

export function createInFlight(options: InFlightOptions): InFlight {
  const { clock, maxRequests, maxBytes, deadlineMs } = options;
  let count = 0;
  let oldest: Running | undefined;
  let newest: Running | undefined;
  const sweepMs = Math.max(1, Math.min(100, deadlineMs / 20));
  let bytesHeld = 0;

  const stopping = new AbortController();
  let watching: Promise<void> | undefined;

  function add(each: Running): void {
    each.isWaiting = true;
    each.older = newest;
    if (newest === undefined) oldest = each;
    else newest.newer = each;
    newest = each;
  }

  function remove(each: Running): void {
    if (!each.isWaiting) return;
    each.isWaiting = false;
    const { older, newer } = each;
    if (older === undefined) oldest = newer;
    else older.newer = newer;
    if (newer === undefined) newest = older;
    else newer.older = older;
    each.older = undefined;
    each.newer = undefined;
  }

  /** One timer serves all requests, and runs while there are any. */
  async function watch(): Promise<void> {
    while (oldest !== undefined && !stopping.signal.aborted) {
      await clock.sleep(sweepMs, stopping.signal).catch(() => {});
      expireOld();
    }
    watching = undefined;
  }

  function expireOld(): void {
    const limit = clock.monotonic() - deadlineMs;
    while (oldest !== undefined && oldest.startedAt <= limit) {
      const each = oldest;
      remove(each);
      each.expire();
    }
  }

  return {
    get count() {
      return count;
    },
    begin(each) {
      if (count >= maxRequests) return false;
      count += 1;
      add(each);
      watching ??= watch();
      return true;
    },
    hold(bytes) {
      if (bytesHeld + bytes > maxBytes) return false;
      bytesHeld += bytes;
      return true;
    },
    end(each, bytes) {
      count -= 1;
      remove(each);
      bytesHeld -= bytes;
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
