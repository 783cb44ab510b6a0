import type { Clock } from '@ccd/reconcile';
import { CliError } from '../cli-error.ts';
import { expiresAt, isExpired } from './log-in.ts';
import { emailOf, readLogin, removeLogin, writeLogin } from './login-file.ts';
import type { Login } from './login-file.ts';
import { requestToken, tokenUrl, TokenRefusedError } from './token-endpoint.ts';

/** The person's login, kept fresh. */
export interface Session {
  readonly email: string;
  /** A token that is valid now. @throws CliError when the login has ended */
  accessToken(): Promise<string>;
}

export interface SessionOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly apiAuthUrl: string;
  readonly file: string;
}

/** The public client that stock command lines log in with. */
const publicClient = 'cli';

/** @throws CliError where nobody is logged in */
export async function openSession(options: SessionOptions): Promise<Session> {
  let login = await readLogin(options.file);
  if (login === undefined) throw new CliError('You are not logged in. Log in with: strm auth login');
  let refreshing: Promise<Login> | undefined;
  return {
    email: login.email,
    async accessToken() {
      if (login !== undefined && !isExpired(login.expiresAt, options.clock)) return login.accessToken;
      refreshing ??= renew(options, login);
      try {
        login = await refreshing;
      } finally {
        refreshing = undefined;
      }
      return login.accessToken;
    },
  };
}

async function renew(options: SessionOptions, known: Login | undefined): Promise<Login> {
  const { fetch, clock, apiAuthUrl, file } = options;
  // Another command may have been faster; its refresh token is the one that counts now.
  const stored = (await readLogin(file)) ?? known;
  if (stored === undefined) throw ended();
  if (!isExpired(stored.expiresAt, clock)) return stored;
  try {
    const token = await requestToken(
      fetch,
      tokenUrl(apiAuthUrl, 'users'),
      { clientId: stored.clientId ?? publicClient },
      { grant_type: 'refresh_token', refresh_token: stored.refreshToken },
    );
    const renewed: Login = {
      ...stored,
      accessToken: token.accessToken,
      refreshToken: token.refreshToken || stored.refreshToken,
      expiresAt: expiresAt(token, clock),
      email: emailOf(token.accessToken),
    };
    await writeLogin(file, renewed);
    return renewed;
  } catch (cause) {
    if (!(cause instanceof TokenRefusedError)) throw cause;
    const now = await readLogin(file);
    if (now !== undefined && now.accessToken !== stored.accessToken) return now;
    await removeLogin(file);
    throw ended(cause);
  }
}

const ended = (cause?: unknown): CliError =>
  new CliError('Your session has expired. Log in again with: strm auth login', { cause });
