import { failpoint } from '@ccd/failpoints';
import pg from 'pg';
import type { Database, Queryable, Row, SqlValue } from './database.ts';
import { retryLostRaces } from './database.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  readonly poolSize?: number;
  /** Called with errors of idle connections, which have no caller to reject. */
  readonly onError: (error: Error) => void;
}

/** PostgreSQL over a pool of connections. */
export function openPostgresDatabase({ url, poolSize = 10, onError }: PostgresOptions): Database {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, application_name: 'ccd-control-plane' });
  pool.on('error', onError);
  return {
    query: (sql, parameters = []) => run(pool, sql, parameters),
    transaction: (work) => retryLostRaces(() => inTransaction(pool, work)),
    close: () => pool.end(),
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
