import { DatabaseUriError } from '../errors.ts';
import { parseBigQueryUri } from './bigquery-uri.ts';
import type { BigQueryTarget } from './bigquery-uri.ts';
import { parseServerUri } from './server-uri.ts';
import type { ServerTarget } from './server-uri.ts';

export type DatabaseTarget = ServerTarget | BigQueryTarget;

/**
 * Reads a JDBC URI. Schemes and properties that are not known are refused: drivers have some that name files, classes
 * and hosts of their own.
 * @throws DatabaseUriError, which quotes nothing of the URI
 */
export function parseDatabaseUri(uri: string): DatabaseTarget {
  const [, scheme = ''] = /^jdbc:([a-z0-9]+):/.exec(uri) ?? [];
  switch (scheme) {
    case 'postgresql':
      return parseServerUri('postgres', uri);
    case 'mysql':
    case 'mariadb':
      return parseServerUri('mysql', uri);
    case 'bigquery':
      return parseBigQueryUri(uri);
    default:
      throw new DatabaseUriError(
        'it does not begin with jdbc:postgresql://, jdbc:mysql://, jdbc:mariadb:// or jdbc:bigquery://',
      );
  }
}
