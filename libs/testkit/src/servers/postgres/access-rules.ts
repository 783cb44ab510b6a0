import type { PostgresOptions } from './start-postgres.ts';

/** The `pg_hba.conf`: who may connect, and how they show who they are. */
export function accessRules({ tls, password }: Pick<PostgresOptions, 'tls' | 'password'>): string {
  const connection = tls === undefined ? 'host' : 'hostssl';
  const byPassword = password === undefined ? 'trust' : 'scram-sha-256';
  const method =
    tls?.clients !== 'need a certificate'
      ? byPassword
      : password === undefined
        ? 'cert'
        : `${byPassword} clientcert=verify-full`;
  return `${connection} all,replication all 127.0.0.1/32 ${method}\n`;
}
