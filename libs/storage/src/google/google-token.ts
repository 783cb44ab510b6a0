import type { Clock } from '@ccd/reconcile';
import { fetchToken, keepToken } from '../remote/access-token.ts';
import type { KeptToken } from '../remote/access-token.ts';
import type { HttpClient } from '../remote/http-client.ts';
import { signAssertion } from './service-account.ts';
import type { ServiceAccount } from './service-account.ts';

export interface GoogleTokenOptions {
  readonly account: ServiceAccount;
  readonly scope: string;
  readonly http: HttpClient;
  readonly tokenUrl: string;
  readonly clock: Clock;
}

/** Tokens of a service account, as long as one is good the same. @throws AccessDeniedError, StorageUnavailableError */
export function createGoogleToken({ account, scope, http, tokenUrl, clock }: GoogleTokenOptions): KeptToken {
  const now = (): number => clock.now();
  const fetch = () =>
    fetchToken(
      http,
      new URL(tokenUrl),
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: signAssertion(account, scope, now()),
      },
      now,
    );
  return keepToken(fetch, clock);
}
