import type { DatabaseLocation } from './database-location.ts';
import { parseDatabaseUri } from './parse-database-uri.ts';

/** A database without what it takes to get there. Two locations of one destination reach the same database. */
export type DatabaseDestination =
  /** A server is `postgresql://host:port` or `mysql://host:port`, the host in lower case. */
  | { readonly type: 'database'; readonly server: string; readonly database: string }
  | { readonly type: 'bigquery'; readonly project: string };

/** The destination of a location. @throws DatabaseUriError */
export function destinationOfDatabase({ uri }: DatabaseLocation): DatabaseDestination {
  const target = parseDatabaseUri(uri);
  return target.type === 'bigquery'
    ? { type: 'bigquery', project: target.projectId }
    : { type: 'database', server: serverOf(target), database: target.database };
}

const schemes = { postgres: 'postgresql', mysql: 'mysql' } as const;

function serverOf({
  type,
  host,
  port,
}: {
  readonly type: keyof typeof schemes;
  readonly host: string;
  readonly port: number;
}): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${schemes[type]}://${name.toLowerCase()}:${port}`;
}
