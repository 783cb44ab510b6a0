import type { Clock } from '@ccd/reconcile';
import { emailOf, writeLogin } from './login-file.ts';
import type { Login } from './login-file.ts';
import { requestToken, tokenUrl } from './token-endpoint.ts';
import type { ClientCredentials, TokenAnswer } from './token-endpoint.ts';

/** A token is given up this long before it ends, so that none ends on its way. */
const marginSeconds = 10;

export const expiresAt = (token: TokenAnswer, clock: Clock): number =>
  Math.floor(clock.now() / 1000) + token.expiresInSeconds - marginSeconds;

export const isExpired = (at: number, clock: Clock): boolean => clock.now() >= at * 1000;

export interface LogInOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly apiAuthUrl: string;
  readonly client: Required<ClientCredentials>;
  /** Where the login is kept. */
  readonly file: string;
}

/**
 * Logs in with a client id and secret of one's own, and keeps the login in a file. The secret is not kept.
 * @throws TokenRefusedError, CliError
 */
export async function logIn({ fetch, clock, apiAuthUrl, client, file }: LogInOptions): Promise<Login> {
  const token = await requestToken(fetch, tokenUrl(apiAuthUrl, 'users'), client, {
    grant_type: 'client_credentials',
    scope: 'offline_access',
  });
  const login: Login = {
    accessToken: token.accessToken,
    refreshToken: token.refreshToken,
    expiresAt: expiresAt(token, clock),
    email: emailOf(token.accessToken),
    clientId: client.clientId,
  };
  await writeLogin(file, login);
  return login;
}
