import type { Clock } from '@ccd/reconcile';
import { InvalidLocationError } from '../errors.ts';
import { fetchToken, keepToken } from '../remote/access-token.ts';
import type { HttpClient, HttpRequest } from '../remote/http-client.ts';
import type { AzureAccount, AzureLocation } from './azure-account.ts';
import { signWithSharedKey } from './shared-key.ts';

/**
 * How requests are authorised. The public protocol knows applications alone; the word of another form stands in its
 * field for the tenant, where it can be no tenant: these are UUIDs, or domains with a dot.
 */
export type AzureCredentials =
  | {
      readonly type: 'application';
      readonly tenantId: string;
      readonly clientId: string;
      readonly clientSecret: string;
    }
  | { readonly type: 'account-key'; readonly account: string; readonly key: Buffer }
  | { readonly type: 'sas'; readonly query: URLSearchParams };

/** @throws InvalidLocationError, which names fields and never their content */
export function parseAzureCredentials({
  tenantId,
  clientId,
  clientSecret,
}: Pick<AzureLocation, 'tenantId' | 'clientId' | 'clientSecret'>): AzureCredentials {
  switch (tenantId) {
    case 'account-key': {
      if (!/^[a-z0-9]{3,24}$/.test(clientId)) throw new InvalidLocationError(['clientId']);
      const key = Buffer.from(clientSecret, 'base64');
      if (key.length === 0 || key.toString('base64') !== clientSecret) {
        throw new InvalidLocationError(['clientSecret']);
      }
      return { type: 'account-key', account: clientId, key };
    }
    case 'sas': {
      const query = new URLSearchParams(clientSecret);
      if (!query.has('sv') || !query.has('sig')) throw new InvalidLocationError(['clientSecret']);
      return { type: 'sas', query };
    }
    default:
      if (!/^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i.test(tenantId)) {
        throw new InvalidLocationError(['tenantId']);
      }
      return { type: 'application', tenantId, clientId, clientSecret };
  }
}

export interface Authoriser {
  authorise(request: HttpRequest): Promise<HttpRequest>;
  /** The service did not take what was authorised (401). */
  refused(): void;
}

/**
 * Authorises requests to the account. An application asks for tokens that are good for this account and no other, so
 * that a token which somebody else's server was shown opens nothing.
 */
export function createAuthoriser(
  credentials: AzureCredentials,
  {
    account,
    http,
    clock,
  }: { readonly account: AzureAccount; readonly http: HttpClient; readonly clock: Clock },
): Authoriser {
  const withHeader = (request: HttpRequest, authorization: string): HttpRequest => ({
    ...request,
    headers: { ...request.headers, authorization },
  });
  switch (credentials.type) {
    case 'application': {
      const { tenantId, clientId, clientSecret } = credentials;
      const url = new URL(`/${tenantId}/oauth2/v2.0/token`, account.loginUrl);
      const form = {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        scope: `${account.url}/.default`,
      };
      const token = keepToken(() => fetchToken(http, url, form, () => clock.now()), clock);
      return {
        authorise: async (request) => withHeader(request, `Bearer ${await token.get()}`),
        refused: () => {
          token.drop();
        },
      };
    }
    case 'account-key':
      return {
        authorise: async (request) => withHeader(request, signWithSharedKey(credentials, request)),
        refused() {},
      };
    case 'sas':
      return {
        async authorise(request) {
          const url = new URL(request.url);
          for (const [name, value] of credentials.query) url.searchParams.set(name, value);
          return { ...request, url };
        },
        refused() {},
      };
  }
}
