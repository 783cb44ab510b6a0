import { sqlState } from './database.ts';

/** The database does not answer. Worth trying again later. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  /** Whether what was asked for may have taken place all the same. */
  readonly outcome: 'nothing was changed' | 'it is not known whether it was changed';

  constructor(outcome: DatabaseUnavailableError['outcome'], options?: ErrorOptions) {
    super(`the database does not answer; ${outcome}`, options);
    this.outcome = outcome;
  }
}

/** Connections that could not be made, or broke: of the system, and of the client library, which has no codes. */
const systemCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const clientTexts =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;
/**
 * Classes and codes of https://www.postgresql.org/docs/current/errcodes-appendix.html: connection exceptions, a server that
 * stops, starts or is a standby (after a failover, for a moment), and one that has no connection left.
 */
const serverStates = /^(08...|57P0[1-3]|25006|53300)$/;

/** Whether the error says that the database was out of reach, and nothing about what was asked. */
export function isOutOfReach(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  if (systemCodes.has(state) || serverStates.test(state)) return true;
  return error instanceof Error && clientTexts.test(error.message);
}
