import type { Clock } from '@ccd/reconcile';
import type { ClientRegistry, Realm, RegisteredClient } from '../principals.ts';
import { isAuthentic, readClient } from './client-credentials.ts';
import type { ClientClaim } from './client-credentials.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { parseForm } from './form.ts';
import type { Form } from './form.ts';
import { InvalidTokenError } from './invalid-token-error.ts';
import { OauthError } from './oauth-error.ts';
import { accessTokenSeconds, refreshTokenSeconds } from './tokens.ts';
import type { Tokens } from './tokens.ts';

export interface TokenRequest {
  readonly realm: Realm;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Address of the sender, for counting failures. */
  readonly sender: string;
}

/** What the endpoint answers with 200; clients depend on every field (public protocol, 2.3). */
export interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  /** Seconds since the epoch; not in the standard, and without it one client asks a thousand times a second. */
  readonly expires_at: number;
  readonly refresh_token: string;
  readonly refresh_expires_in: number;
  readonly token_type: 'Bearer';
  readonly 'not-before-policy': 0;
  readonly scope: string;
}

export interface TokenEndpointOptions {
  readonly clients: ClientRegistry;
  readonly tokens: Tokens;
  readonly attempts: FailedAttempts;
  readonly clock: Clock;
}

/** @throws OauthError */
export type TokenEndpoint = (request: TokenRequest) => Promise<TokenAnswer>;

/** The grants client_credentials and refresh_token. A scope may be asked for and changes nothing. */
export function createTokenEndpoint({
  clients,
  tokens,
  attempts,
  clock,
}: TokenEndpointOptions): TokenEndpoint {
  async function issue(realm: Realm, client: RegisteredClient): Promise<TokenAnswer> {
    const now = Math.floor(clock.now() / 1000);
    return {
      access_token: await tokens.issueAccess(realm, client),
      expires_in: accessTokenSeconds,
      expires_at: now + accessTokenSeconds,
      refresh_token: await tokens.issueRefresh(realm, client),
      refresh_expires_in: refreshTokenSeconds,
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: 'email profile',
    };
  }

  async function authenticate(realm: Realm, { clientId, secret }: ClientClaim): Promise<RegisteredClient> {
    const client = await clients.findClient(realm, clientId);
    // One answer for all: nobody learns from it which clients exist.
    if (client === undefined || secret === undefined || !isAuthentic(client, secret)) {
      throw new OauthError('invalid_client', 'The client id or the client secret is not right');
    }
    return client;
  }

  async function refresh(realm: Realm, claim: ClientClaim, form: Form): Promise<RegisteredClient> {
    const token = form.get('refresh_token')?.decoded;
    if (token === undefined || token === '') {
      throw new OauthError('invalid_request', 'The grant refresh_token needs a refresh_token');
    }
    if (isPublic(realm) && claim.secret === undefined) {
      const holder = await verifyRefresh(realm, token);
      const client = await clients.findClient(realm, holder);
      if (client === undefined || ![holder, anybody].includes(claim.clientId)) throw invalidGrant();
      return client;
    }
    const client = await authenticate(realm, claim);
    if (client.clientId !== (await verifyRefresh(realm, token))) throw invalidGrant();
    return client;
  }

  async function verifyRefresh(realm: Realm, token: string): Promise<string> {
    try {
      return await tokens.verifyRefresh(realm, token);
    } catch (error) {
      throw error instanceof InvalidTokenError ? invalidGrant(error) : error;
    }
  }

  function identify(realm: Realm, claim: ClientClaim, form: Form): Promise<RegisteredClient> {
    const grant = form.get('grant_type')?.decoded;
    switch (grant) {
      case 'client_credentials':
        return authenticate(realm, claim);
      case 'refresh_token':
        return refresh(realm, claim, form);
      case undefined:
        throw new OauthError('invalid_request', 'A grant_type is needed');
      default:
        throw new OauthError('unsupported_grant_type', 'The grants are client_credentials and refresh_token');
    }
  }

  return async ({ realm, authorization, body, sender }) => {
    const form = parseForm(body);
    const claim = readClient(authorization, form);
    const subject = `${realm} ${claim.clientId}`;
    const seconds = attempts.retryAfter(sender, subject);
    if (seconds !== undefined) {
      throw new OauthError('slow_down', `Too many attempts; wait ${seconds} s`, { retryAfter: seconds });
    }
    try {
      return await issue(realm, await identify(realm, claim, form));
    } catch (error) {
      const isFailure = error instanceof OauthError && /^invalid_(client|grant)$/.test(error.code);
      if (isFailure) attempts.failed(sender, subject);
      throw error;
    }
  };
}

/** The client id that every stock command line gives, whoever is logged in (public protocol, 2.2). */
const anybody = 'cli';

/** The command line keeps its refresh token and no secret, so that a user's refresh token stands for itself. */
function isPublic(realm: Realm): boolean {
  return realm === 'users';
}

function invalidGrant(cause?: unknown): OauthError {
  return new OauthError('invalid_grant', 'The refresh token is not valid, or no longer', { cause });
}
