import type { Clock } from './clock.ts';
import { KeyMap } from './key-map.ts';
import type { ResourceReport } from './report.ts';
import type { ResourceKey } from './types.ts';

export const shortestBackoffMs = 750;
export const longestBackoffMs = 15 * 60_000;
/** Each delay is spread over this share of itself, up and down. */
const jitter = 0.2;

/**
 * Delay before the next attempt after `failures` in a row: doubling from 750 ms to 15 min, spread by ±20 % within
 * those bounds.
 *
 * @param random a number from 0 up to 1
 */
export function backoffMs(failures: number, random: number, longest: number = longestBackoffMs): number {
  const delay = Math.min(shortestBackoffMs * 2 ** Math.min(failures - 1, 30), longest);
  const spread = delay * (1 + jitter * (2 * random - 1));
  return Math.min(Math.max(spread, shortestBackoffMs), longest);
}

/** `ms` spread by ±10 %, so that many agents do not move in step. */
export function spreadInterval(ms: number, random: number): number {
  return ms * (0.9 + 0.2 * random);
}

/** What went wrong, in the words of the report of it. */
export type ToldFailure = Required<Pick<ResourceReport, 'outcome' | 'reason' | 'message'>>;

interface Failure {
  readonly hash: string;
  readonly failures: number;
  readonly dueAt: number;
  readonly told: ToldFailure | undefined;
}

/** A key that is not to be tried yet. */
export interface Waiting {
  readonly dueAt: number;
  readonly told: ToldFailure | undefined;
}

/** What failed, and when it may be tried again. Times are monotonic. */
export interface Backoff {
  /** When the key may be tried again with this hash, if that is still to come, and after what. */
  waiting(key: ResourceKey, hash: string): Waiting | undefined;
  /** Notes a failure and returns when to try again. */
  failed(key: ResourceKey, hash: string, error: FailureKind, told?: ToldFailure): number;
  succeeded(key: ResourceKey): void;
  /** Forgets every key that is not among `keys`: it is not worked on any more. */
  retain(keys: { has(key: ResourceKey): boolean }): void;
}

export interface FailureKind {
  readonly terminal: boolean;
  readonly retryAfterMs?: number | undefined;
  /** The longest wait that makes sense. */
  readonly longestMs?: number | undefined;
}

export function createBackoff(clock: Clock, random: () => number): Backoff {
  let failing = new KeyMap<Failure>();

  return {
    waiting(key, hash) {
      const failure = failing.get(key);
      return failure?.hash !== hash || failure.dueAt <= clock.monotonic() ? undefined : failure;
    },
    failed(key, hash, { terminal, retryAfterMs = 0, longestMs = longestBackoffMs }, told) {
      const before = failing.get(key);
      const failures = before?.hash === hash ? before.failures + 1 : 1;
      const delay = terminal
        ? longestBackoffMs
        : Math.max(backoffMs(failures, random(), longestMs), Math.min(retryAfterMs, longestBackoffMs));
      const dueAt = clock.monotonic() + delay;
      failing.set(key, { hash, failures, dueAt, told });
      return dueAt;
    },
    succeeded: (key) => void failing.delete(key),
    retain(keys) {
      const retained = new KeyMap<Failure>();
      for (const [key, failure] of failing.entries()) if (keys.has(key)) retained.set(key, failure);
      failing = retained;
    },
  };
}
