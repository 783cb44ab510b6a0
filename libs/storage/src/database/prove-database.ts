import { DeadlineExceededError, systemClock, withDeadline } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { StorageUnavailableError, UnsupportedLocationError } from '../errors.ts';
import type { NetworkOptions } from '../network/guarded-lookup.ts';
import type { DatabaseLocation } from './database-location.ts';
import { parseDatabaseUri } from './parse-database-uri.ts';
import type { DatabaseTarget } from './parse-database-uri.ts';
import type { BigQueryEndpoints } from './prove-bigquery.ts';
import type { SessionOptions } from './session-options.ts';

export interface ProveDatabaseOptions {
  readonly signal: AbortSignal;
  /** Where connections may go; by default to public addresses alone, and with TLS. */
  readonly network?: NetworkOptions;
  /** For everything, from the look-up of the host on. */
  readonly deadlineMs?: number;
  readonly clock?: Clock;
  /** What stands in for Google's own endpoints. */
  readonly bigQuery?: BigQueryEndpoints;
}

/**
 * Proves that a database is there and lets us in: logs in and asks something that reads nothing.
 * @throws DatabaseUriError, InvalidLocationError, UnsupportedLocationError, EndpointRefusedError, AccessDeniedError,
 * StorageUnavailableError; none quotes a credential
 */
export async function proveDatabase(
  location: DatabaseLocation,
  { signal, network = {}, deadlineMs = 10_000, clock = systemClock, bigQuery }: ProveDatabaseOptions,
): Promise<void> {
  if (location.databaseType === 'snowflake') {
    throw new UnsupportedLocationError('snowflake', 'no engine for it is part of this data plane', [
      ...['PostgreSQL', 'MySQL', 'MariaDB', 'BigQuery'],
    ]);
  }
  const target = parseDatabaseUri(location.uri);
  try {
    await withDeadline(clock, { step: 'the database', ms: deadlineMs, parent: signal }, (within) =>
      prove(target, location, {
        ...{ network, mostBytes, signal: within },
        ...(bigQuery && { endpoints: bigQuery }),
      }),
    );
  } catch (error) {
    if (!(error instanceof DeadlineExceededError)) throw error;
    throw new StorageUnavailableError('', `it did not answer within ${deadlineMs} ms`);
  }
}

/** Greetings, certificates and one row have a few thousand. */
const mostBytes = 1_024 * 1_024;

interface ProofOptions extends SessionOptions {
  readonly endpoints?: BigQueryEndpoints;
}

// Clients of databases are large, and most installations have none of them.
async function prove(
  target: DatabaseTarget,
  { privateKey }: DatabaseLocation,
  options: ProofOptions,
): Promise<void> {
  switch (target.type) {
    case 'postgres': {
      const { withPostgres } = await import('./with-postgres.ts');
      await withPostgres(target, options, (client) => client.query('SELECT 1'));
      return;
    }
    case 'mysql': {
      const { withMySql } = await import('./with-mysql.ts');
      await withMySql(target, options, (connection) => connection.query('SELECT 1'));
      return;
    }
    case 'bigquery': {
      const { proveBigQuery } = await import('./prove-bigquery.ts');
      await proveBigQuery(target, privateKey, options);
    }
  }
}
