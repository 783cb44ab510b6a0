import { entities } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';
import { readUserFile } from '../files/read-user-file.ts';

const kinds: readonly (readonly [part: string, type: entities.DatabaseType])[] = [
  ['postgres', entities.DatabaseType.POSTGRES],
  ['bigquery', entities.DatabaseType.BIGQUERY],
  ['mysql', entities.DatabaseType.MYSQL],
];

/** Where a JDBC URI leads, with the key file that a BigQuery URI names. @throws CliError */
export async function jdbcLocation(jdbcUri: string): Promise<entities.JdbcLocation> {
  const found = kinds.find(([part]) => jdbcUri.includes(part));
  if (found === undefined) {
    throw new CliError(`no known database in ${scheme(jdbcUri)}; it can be postgres, bigquery or mysql`);
  }
  const keyFile = /(?:^|;)(?:OAuthPvtKeyPath|ServiceAccountPrivateKey)=([^;]+)/.exec(jdbcUri)?.[1];
  return entities.JdbcLocation.create({
    jdbcUri,
    databaseType: found[1],
    ...(keyFile === undefined ? {} : { privateKey: await readUserFile(keyFile) }),
  });
}

/** What stands before the host: passwords come after it. */
const scheme = (uri: string): string => JSON.stringify(uri.split('//')[0]);
