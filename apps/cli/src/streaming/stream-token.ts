import type { Clock } from '@ccd/reconcile';
import { expiresAt, isExpired } from '../auth/log-in.ts';
import { requestToken, tokenUrl, TokenRefusedError } from '../auth/token-endpoint.ts';
import type { ClientCredentials, TokenAnswer } from '../auth/token-endpoint.ts';
import { CliError } from '../cli-error.ts';
import type { ProjectContext } from '../command/command.ts';
import { apiAuthUrl } from '../command/global-flags.ts';
import { fetchStream } from '../streams/streams.ts';

/** A token of a stream's own credentials, kept fresh. */
export interface StreamToken {
  /** Valid now. @throws CliError */
  get(): Promise<string>;
  /** Makes the next `get` ask for another: somebody did not take this one. */
  drop(): void;
}

interface StreamTokenOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly url: string;
  readonly client: ClientCredentials;
}

export function createStreamToken({ fetch, clock, url, client }: StreamTokenOptions): StreamToken {
  let held: { readonly token: TokenAnswer; readonly until: number } | undefined;

  const anew = () =>
    requestToken(fetch, url, client, { grant_type: 'client_credentials', scope: 'offline_access' });

  async function renewed(refreshToken: string): Promise<TokenAnswer> {
    if (refreshToken === '') return anew();
    try {
      return await requestToken(fetch, url, client, {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
      });
    } catch (error) {
      if (error instanceof TokenRefusedError) return anew();
      throw error;
    }
  }

  return {
    async get() {
      if (held === undefined || isExpired(held.until, clock)) {
        const token = held === undefined ? await anew() : await renewed(held.token.refreshToken);
        held = { token, until: expiresAt(token, clock) };
      }
      return held.token.accessToken;
    },
    drop() {
      held = undefined;
    },
  };
}

/** The token of a stream's first credentials. @throws CliError where the server shows none */
export async function tokenOfStream(context: ProjectContext, name: string): Promise<StreamToken> {
  const { io, flags } = context;
  const [first] = (await fetchStream(context, name)).value.streamTree?.stream?.credentials ?? [];
  if (first === undefined) throw new CliError(`The server shows no credentials of stream '${name}'.`);
  return createStreamToken({
    fetch: io.fetch,
    clock: io.clock,
    url: tokenUrl(flags.get(apiAuthUrl), 'streams'),
    client: { clientId: first.clientId, clientSecret: first.clientSecret },
  });
}
