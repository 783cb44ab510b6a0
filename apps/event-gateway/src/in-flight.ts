import type { Clock } from '@ccd/reconcile';

/** A request that is being worked on. */
export interface Running {
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** Called once, when its time is up. */
  expire(): void;
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
  readonly onChange?: (count: number) => void;
}

export function createInFlight(options: InFlightOptions): InFlight {
  const { clock, maxRequests, maxBytes, deadlineMs, onChange } = options;
  const running = new Set<Running>();
  /** Those of them whose time is not up, the oldest first. */
  const waiting = new Set<Running>();
  const sweepMs = Math.max(1, Math.min(100, deadlineMs / 20));
  let bytesHeld = 0;

  const stopping = new AbortController();
  let watching: Promise<void> | undefined;

  /** One timer serves all requests, and runs while there are any. */
  async function watch(): Promise<void> {
    while (waiting.size > 0 && !stopping.signal.aborted) {
      await clock.sleep(sweepMs, stopping.signal).catch(() => {});
      expireOld();
    }
    watching = undefined;
  }

  function expireOld(): void {
    const limit = clock.monotonic() - deadlineMs;
    for (const each of waiting) {
      if (each.startedAt > limit) return;
      waiting.delete(each);
      each.expire();
    }
  }

  return {
    get count() {
      return running.size;
    },
    begin(each) {
      if (running.size >= maxRequests) return false;
      running.add(each);
      waiting.add(each);
      watching ??= watch();
      onChange?.(running.size);
      return true;
    },
    hold(bytes) {
      if (bytesHeld + bytes > maxBytes) return false;
      bytesHeld += bytes;
      return true;
    },
    end(each, bytes) {
      running.delete(each);
      waiting.delete(each);
      bytesHeld -= bytes;
      onChange?.(running.size);
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
