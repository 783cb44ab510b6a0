import { failpoint } from '@ccd/failpoints';
import pg from 'pg';
import type { Clock } from '@ccd/reconcile';
import { createChangeSource } from './change-feed.ts';
import type { Database, Queryable, Row, SqlValue } from './database.ts';
import { retryLostRaces } from './database.ts';
import { listenForChanges } from './postgres-changes.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly poolSize?: number;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Called with errors of connections that have no caller to reject: idle ones, and the one that hears of changes. */
  readonly onError: (error: unknown) => void;
}

/** PostgreSQL over a pool of connections. */
export function openPostgresDatabase({ url, poolSize = 10, clock, onError }: PostgresOptions): Database {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: 'ccd-control-plane' });
  pool.on('error', onError);
  const source = createChangeSource();
  const database: Queryable = { query: (sql, parameters = []) => run(pool, sql, parameters) };
  const stopListening = listenForChanges({ url, database, source, clock, onError });
  return {
    ...database,
    changes: source,
    transaction: (work) => retryLostRaces(() => inTransaction(pool, work)),
    async close() {
      await stopListening();
      await pool.end();
    },
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
    const result = await work({ query: (sql, parameters = []) => run(client, sql, parameters) });
    failpoint('controlPlane.beforeCommit');
    await client.query('COMMIT');
    failpoint('controlPlane.afterCommit');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error('rollback failed');
    });
    throw error;
  } finally {
    // A connection that could not roll back is not given to the next caller.
    client.release(broken);
  }
}

async function run(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  parameters: readonly SqlValue[],
): Promise<readonly Row[]> {
  const values = parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
  const { rows } = await client.query<Row>(sql, values);
  return rows;
}
