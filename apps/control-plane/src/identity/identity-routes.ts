import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Realm } from '../principals.ts';
import { InvalidFormError } from './form.ts';
import { accessKeys } from './key-kinds.ts';
import type { KeyRing } from './key-ring.ts';
import { OauthError } from './oauth-error.ts';
import { isRealm, issuerOf } from './realms.ts';
import type { TokenEndpoint } from './token-endpoint.ts';

export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;
export type RequestListener = (request: HttpRequest, response: HttpResponse) => void;

export interface IdentityRoutesOptions {
  readonly issuerBase: string;
  readonly keys: KeyRing;
  readonly token: TokenEndpoint;
  /** Answers every other path. @default 404 */
  readonly otherwise?: RequestListener;
  /** Told of what went wrong on our side. */
  readonly onError?: (error: unknown) => void;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Page = 'token' | 'certs' | 'configuration';

const maxBodyBytes = 64 * 1024;
const notStored = { 'cache-control': 'no-store', pragma: 'no-cache' };
const briefly = { 'cache-control': 'public, max-age=300' };

/** The HTTP side of the realms, for HTTP/1.1 and HTTP/2 alike. */
export function createIdentityRoutes(options: IdentityRoutesOptions): RequestListener {
  const { onError = () => {}, otherwise = answerNotFound } = options;

  async function serve(route: Route, request: HttpRequest, response: HttpResponse): Promise<void> {
    try {
      send(response, await answer(route, request, options), request.method !== 'HEAD');
    } catch (error) {
      if (!(error instanceof OauthError || error instanceof InvalidFormError)) onError(error);
      send(response, toReply(error, route.realm), true);
    }
  }

  return (request, response) => {
    const route = findRoute(request.url ?? '');
    if (route === undefined) otherwise(request, response);
    else void serve(route, request, response);
  };
}

const answerNotFound: RequestListener = (_, response) => {
  send(response, json(404, { error: 'not_found' }), true);
};

interface Route {
  readonly realm: Realm;
  readonly page: Page;
}

const pages: Readonly<Record<string, Page>> = {
  'protocol/openid-connect/token': 'token',
  'protocol/openid-connect/certs': 'certs',
  '.well-known/openid-configuration': 'configuration',
};

/** `/auth/token` is the users' endpoint by the short name that the command line knows. */
function findRoute(url: string): Route | undefined {
  const [path = ''] = url.split('?', 1);
  if (path === '/auth/token') return { realm: 'users', page: 'token' };
  const { realm, rest = '' } = /^\/auth\/realms\/(?<realm>[^/]+)\/(?<rest>.+)$/.exec(path)?.groups ?? {};
  const page = Object.hasOwn(pages, rest) ? pages[rest] : undefined;
  return isRealm(realm) && page !== undefined ? { realm, page } : undefined;
}

async function answer(
  { realm, page }: Route,
  request: HttpRequest,
  options: IdentityRoutesOptions,
): Promise<Reply> {
  const allowed = page === 'token' ? ['POST'] : ['GET', 'HEAD'];
  if (!allowed.includes(request.method ?? '')) {
    return json(
      405,
      { error: 'invalid_request', error_description: 'Use another method' },
      { allow: allowed.join(', ') },
    );
  }
  switch (page) {
    case 'token': {
      const { authorization } = request.headers;
      const body = await readBody(request);
      const sender = request.socket.remoteAddress ?? '';
      return json(200, await options.token({ realm, authorization, body, sender }), notStored);
    }
    case 'certs': {
      const keys = options.keys.verifying().map(({ publicJwk }): unknown => JSON.parse(publicJwk));
      return json(200, { keys }, briefly);
    }
    case 'configuration':
      return json(200, describeRealm(options.issuerBase, realm), briefly);
  }
}

function describeRealm(issuerBase: string, realm: Realm): unknown {
  const issuer = issuerOf(issuerBase, realm);
  return {
    issuer,
    token_endpoint: `${issuer}/protocol/openid-connect/token`,
    jwks_uri: `${issuer}/protocol/openid-connect/certs`,
    grant_types_supported: ['client_credentials', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    response_types_supported: [],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [accessKeys.algorithm],
  };
}

/** Reads on beyond the limit, keeping nothing: a connection that is cut in the middle carries no answer. */
async function readBody(request: HttpRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const read = Promise.withResolvers<string>();
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else read.reject(new InvalidFormError('the form is too large'));
  });
  request.on('end', () => {
    read.resolve(Buffer.concat(chunks).toString('utf8'));
  });
  request.on('error', read.reject).on('aborted', () => {
    read.reject(new InvalidFormError('the form was not sent whole'));
  });
  return read.promise;
}

function toReply(error: unknown, realm: Realm): Reply {
  if (error instanceof InvalidFormError)
    return toReply(new OauthError('invalid_request', error.message), realm);
  if (!(error instanceof OauthError)) {
    return toReply(new OauthError('temporarily_unavailable', 'No token can be given now; try again'), realm);
  }
  const { status, code, message, retryAfter } = error;
  return json(
    status,
    { error: code, error_description: message },
    {
      ...notStored,
      ...(status === 401 && { 'www-authenticate': `Basic realm="${realm}"` }),
      ...(retryAfter !== undefined && { 'retry-after': `${retryAfter}` }),
    },
  );
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = notStored): Reply {
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body };
}

function send(response: HttpResponse, { status, headers, body }: Reply, withBody: boolean): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  // The two kinds of responses agree on this much, and differ in overloads that no union can call.
  const plain = response as Pick<ServerResponse, 'writeHead' | 'end'>;
  plain.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text).toString() });
  plain.end(withBody ? text : undefined);
}
