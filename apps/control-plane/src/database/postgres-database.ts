import { failpoint } from '@ccd/failpoints';
import pg from 'pg';
import type { Clock } from '@ccd/reconcile';
import { createChangeSource } from './change-feed.ts';
import { DatabaseUnavailableError, isOutOfReach } from './database-unavailable-error.ts';
import type { Database, Queryable, Row, SqlValue } from './database.ts';
import { retryLostRaces } from './database.ts';
import { listenForChanges } from './postgres-changes.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; `?sslmode=verify-full&sslrootcert=<file>` for TLS. */
  readonly url: string;
  readonly poolSize?: number;
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  /** For how long a database out of reach is waited for, where that can do no harm. @default 5 s */
  readonly patienceMs?: number;
  /** How long a statement may take: none of ours takes long, and a server that hangs is noticed by it. @default 20 s */
  readonly answerWithinMs?: number;
  /** Called with errors of connections that have no caller to reject: idle ones, and the one that hears of changes. */
  readonly onError: (error: unknown) => void;
}

const defaultPatienceMs = 5_000;
const firstPauseMs = 50;
const longestPauseMs = 500;
const connectWithinMs = 3_000;
const defaultAnswerWithinMs = 20_000;
/** What a statement of a transaction may take that waits for another replica, or for a large table. */
const longWorkWithinMs = 60 * 60 * 1_000;

/**
 * PostgreSQL over a pool of connections. While it is out of reach (it restarts, or another one takes over), what changes
 * nothing and transactions that were not about to commit are tried again; everything else is reported at once.
 */
export function openPostgresDatabase(options: PostgresOptions): Database {
  const { url, clock, onError } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? 10,
    application_name: 'ccd-control-plane',
    connectionTimeoutMillis: connectWithinMs,
    query_timeout: options.answerWithinMs ?? defaultAnswerWithinMs,
    keepAlive: true,
  });
  pool.on('error', onError);
  const source = createChangeSource();
  const persistently = <T>(attempt: () => Promise<T>): Promise<T> =>
    whileOutOfReach(clock, options.patienceMs ?? defaultPatienceMs, attempt);
  const database: Queryable = {
    query: (sql, parameters = []) =>
      isReading(sql)
        ? persistently(() => run(pool, sql, parameters))
        : run(pool, sql, parameters).catch((error: unknown) => {
            throw unknownOutcome(error);
          }),
  };
  const stopListening = listenForChanges({ url, database, source, clock, onError });
  return {
    ...database,
    changes: source,
    transaction: (work, { takesLong = false } = {}) =>
      retryLostRaces(
        () => persistently(() => inTransaction(pool, work, takesLong ? longWorkWithinMs : undefined)),
        { clock },
      ),
    async close() {
      await stopListening();
      await pool.end();
    },
  };
}

const isReading = (sql: string): boolean => /^\s*SELECT\b/i.test(sql);

const unknownOutcome = (error: unknown): unknown =>
  isOutOfReach(error)
    ? new DatabaseUnavailableError('it is not known whether it was changed', { cause: error })
    : error;

/** Repeats what failed because the database was out of reach, until it answers or patience ends. */
async function whileOutOfReach<T>(
  clock: PostgresOptions['clock'],
  patienceMs: number,
  attempt: () => Promise<T>,
): Promise<T> {
  const end = clock.monotonic() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
      if (clock.monotonic() + pauseMs > end) {
        throw new DatabaseUnavailableError('nothing was changed', { cause: error });
      }
    }
    await clock.sleep(pauseMs);
  }
}

async function inTransaction<T>(
  pool: pg.Pool,
  work: (transaction: Queryable) => Promise<T>,
  withinMs?: number,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // The pool listens to idle connections only. One that breaks between two statements fails the next of them.
  const ignore = (): void => {};
  client.on('error', ignore);
  try {
    await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    const result = await work({ query: (sql, parameters = []) => run(client, sql, parameters, withinMs) });
    failpoint('controlPlane.beforeCommit');
    await commit(client);
    failpoint('controlPlane.afterCommit');
    return result;
  } catch (error) {
    if (error instanceof Error && isOutOfReach(error)) broken = error;
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.off('error', ignore);
    // One that could not roll back, or leads to a server that has become a standby, is not given to the next caller.
    client.release(broken);
  }
}

/** @throws DatabaseUnavailableError when the connection breaks: the commit may have arrived, or not */
async function commit(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    throw unknownOutcome(error);
  }
}

async function run(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  parameters: readonly SqlValue[],
  withinMs?: number,
): Promise<readonly Row[]> {
  const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
  const limit = withinMs === undefined ? {} : { query_timeout: withinMs };
  const { rows } = await client.query<Row>({ text: sql, values, ...limit });
  return rows;
}
