import { AccessDeniedError, StorageUnavailableError } from '../errors.ts';
import { ownErrorIn } from '../remote/service-errors.ts';

/** What a server says that a person has to mend, by SQLSTATE (PostgreSQL) or by name (MySQL, MariaDB). */
const refusals: Readonly<Record<string, string>> = {
  '28P01': 'the server does not let the user in',
  '28000': 'the server does not let the user in',
  ER_ACCESS_DENIED_ERROR: 'the server does not let the user in',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'the server does not let the user in',
  '3D000': 'there is no such database',
  ER_BAD_DB_ERROR: 'there is no such database',
  '42501': 'the user may not use the database',
  ER_DBACCESS_DENIED_ERROR: 'the user may not use the database',
  HANDSHAKE_NO_SSL_SUPPORT: 'the server does not speak TLS, and the URI does not say to go without',
};

/** Says in the words of the port what a client of a database throws; its own words may quote what was sent. */
export function toDatabaseError(error: unknown): Error {
  const own = ownErrorIn(error);
  if (own !== undefined) return own;
  const code = codeOf(error);
  if (code === undefined) return new StorageUnavailableError('', 'the connection broke off');
  const why = refusals[code];
  return why === undefined
    ? new StorageUnavailableError('', `it failed with ${code}`)
    : new AccessDeniedError('', `${why} (${code})`);
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // PostgreSQL's client has no code for this.
  if (error.message === 'The server does not support SSL connections') return 'HANDSHAKE_NO_SSL_SUPPORT';
  return 'code' in error && typeof error.code === 'string' && /^[A-Z0-9_]{3,64}$/.test(error.code)
    ? error.code
    : undefined;
}
