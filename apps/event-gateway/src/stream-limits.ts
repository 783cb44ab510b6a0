import type { ClientStream } from '@ccd/controlplane';
import type { Clock } from '@ccd/reconcile';
import { LRUCache } from 'lru-cache';
import type { GatewayResponse } from './gateway-response.ts';
import { tooMany } from './gateway-response.ts';

/** What of a month's quota each stream has used. */
export interface MonthlyUse {
  /** `2026-11`, in UTC. */
  readonly month: string;
  readonly events: Readonly<Record<string, number>>;
}

/**
 * Holds streams to their limits: `eventRate` a second (a bucket of one second's worth) and `eventCount` a calendar month
 * in UTC. A limit of 0 is none. It counts what this instance accepts: of several instances each lets the full rate and
 * quota through, since only the control plane could know the sum.
 */
export interface StreamLimits {
  /** Undefined when one more event may come, which is then counted; otherwise what to answer. */
  take(sender: ClientStream): GatewayResponse | undefined;
  /** The event that was counted was not accepted. The rate stands: it was a request all the same. */
  giveBack(sender: ClientStream): void;
  /** For a file that outlives the process. */
  use(): MonthlyUse;
  /** Takes up what an earlier process counted, where it is of this month. */
  resume(use: MonthlyUse): void;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

const bucketsHeld = 100_000;

export function createStreamLimits(clock: Clock): StreamLimits {
  const buckets = new LRUCache<string, Bucket>({ max: bucketsHeld });
  let month = monthOf(clock.now());
  let events = new Map<string, number>();

  /** The bucket, filled up for the time since it was last looked at. */
  function bucketOf(uuid: string, rate: number): Bucket {
    const now = clock.monotonic();
    const bucket = buckets.get(uuid);
    if (bucket === undefined) {
      const full = { tokens: rate, filledAt: now };
      buckets.set(uuid, full);
      return full;
    }
    bucket.tokens = Math.min(rate, bucket.tokens + ((now - bucket.filledAt) * rate) / 1_000);
    bucket.filledAt = now;
    return bucket;
  }

  function usedBy(uuid: string): number {
    const current = monthOf(clock.now());
    if (current !== month) {
      month = current;
      events = new Map();
    }
    return events.get(uuid) ?? 0;
  }

  return {
    take({ stream, limits }) {
      if (limits === undefined) return undefined;
      const { eventRate, eventCount } = limits;
      if (eventCount > 0 && usedBy(stream.uuid) >= eventCount) {
        return tooMany(
          'QuotaUsedUp',
          secondsLeft(clock.now()),
          `Stream '${stream.name}' has used its events of this month`,
        );
      }
      if (eventRate > 0) {
        const bucket = bucketOf(stream.uuid, eventRate);
        if (bucket.tokens < 1) {
          const wait = Math.ceil((1 - bucket.tokens) / eventRate);
          return tooMany('RateLimited', wait, `Stream '${stream.name}' takes ${eventRate} events a second`);
        }
        bucket.tokens -= 1;
      }
      if (eventCount > 0) events.set(stream.uuid, usedBy(stream.uuid) + 1);
      return undefined;
    },
    giveBack({ stream, limits }) {
      if (limits === undefined || limits.eventCount <= 0) return;
      events.set(stream.uuid, Math.max(0, usedBy(stream.uuid) - 1));
    },
    use: () => ({ month, events: Object.fromEntries(events) }),
    resume(use) {
      if (use.month === monthOf(clock.now())) events = new Map(Object.entries(use.events));
    },
  };
}

const monthOf = (now: number): string => new Date(now).toISOString().slice(0, 7);

/** Until the month ends, in whole seconds. */
function secondsLeft(now: number): number {
  const date = new Date(now);
  return Math.ceil((Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) - now) / 1_000);
}
