import type { Clock } from '@ccd/reconcile';
import type { ChangeFeed } from './change-feed.ts';

export type SqlValue = string | number | bigint | boolean | Date | Uint8Array | null | readonly string[];

/** Rows by column name. Both engines give timestamps as Date, bytea as Uint8Array and bigint as string or number. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement with `$1` … parameters. */
export interface Queryable {
  query(sql: string, parameters?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** A database with the schema of `migrations.ts`. */
export interface Database extends Queryable {
  /**
   * Runs `work` in one serialisable transaction and commits it, or rolls back and throws. Work that lost a race is run
   * again, so it must not have effects of its own.
   */
  transaction<T>(
    work: (transaction: Queryable) => Promise<T>,
    /** `takesLong`: its statements may wait for others, or for themselves. */
    options?: { readonly takesLong?: boolean },
  ): Promise<T>;
  /** Rows of tables with a trigger `tell_change` that any process has changed. */
  readonly changes: ChangeFeed;
  close(): Promise<void>;
}

/** SQLSTATE of an error of either engine. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const retryable = new Set(['40001', '40P01']);
const maxAttempts = 8;

const firstPauseMs = 10;
const longestPauseMs = 320;

/**
 * Repeats a transaction that lost a race (serialization_failure, deadlock_detected), each time after a longer pause of
 * which a random half is waited, so that those that raced do not meet again.
 */
export async function retryLostRaces<T>(
  attempt: () => Promise<T>,
  { clock, random = Math.random }: { readonly clock: Pick<Clock, 'sleep'>; readonly random?: () => number },
): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count === maxAttempts || !retryable.has(sqlState(error) ?? '')) throw error;
    }
    await clock.sleep((Math.min(firstPauseMs * 2 ** (count - 1), longestPauseMs) * (1 + random())) / 2);
  }
}
