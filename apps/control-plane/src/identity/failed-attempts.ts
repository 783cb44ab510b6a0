import type { Clock } from '@ccd/reconcile';

/** Slows down whoever tries out secrets. Counts failures of one sender at one client; successes are never counted. */
export interface FailedAttempts {
  /** Seconds to wait, where there were too many failures of late. */
  retryAfter(sender: string, client: string): number | undefined;
  failed(sender: string, client: string): void;
}

export interface FailedAttemptsOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Failures within the window that pass. @default 20 */
  readonly allowed?: number;
  /** @default 60 000 ms */
  readonly windowMs?: number;
  /** Pairs of sender and client that are watched at most; the oldest goes. @default 10 000 */
  readonly capacity?: number;
}

interface Window {
  readonly endsAt: number;
  readonly failures: number;
}

export function createFailedAttempts({
  clock,
  allowed = 20,
  windowMs = 60_000,
  capacity = 10_000,
}: FailedAttemptsOptions): FailedAttempts {
  const windows = new Map<string, Window>();

  function current(key: string): Window | undefined {
    const window = windows.get(key);
    return window !== undefined && window.endsAt > clock.monotonic() ? window : undefined;
  }

  return {
    retryAfter(sender, client) {
      const window = current(keyOf(sender, client));
      if (window === undefined || window.failures < allowed) return undefined;
      return Math.ceil((window.endsAt - clock.monotonic()) / 1000);
    },
    failed(sender, client) {
      const key = keyOf(sender, client);
      const { endsAt = clock.monotonic() + windowMs, failures = 0 } = current(key) ?? {};
      windows.delete(key);
      windows.set(key, { endsAt, failures: failures + 1 });
      const [oldest] = windows.keys();
      if (windows.size > capacity && oldest !== undefined) windows.delete(oldest);
    },
  };
}

function keyOf(sender: string, client: string): string {
  return JSON.stringify([sender, client.slice(0, 200)]);
}
