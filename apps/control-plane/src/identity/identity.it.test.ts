import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request as request1 } from 'node:http';
import { connect as connect2 } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { createDualProtocolServer } from '@ccd/service';
import type { DualProtocolServer } from '@ccd/service';
import { eventually } from '@ccd/testkit';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { createIdentity } from './create-identity.ts';
import type { Identity } from './create-identity.ts';
import { createMemoryRegistry } from './testing/memory-registry.ts';
import type { MemoryRegistry } from './testing/memory-registry.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

let registry: MemoryRegistry;
let clock: FakeClock;
let identity: Identity;
let server: DualProtocolServer;
let port: number;
let errors: unknown[];

beforeEach(async () => {
  registry = createMemoryRegistry();
  registry.add('streams', 'stream-abc', 'sEcret123');
  registry.add('users', 'user-1', 'pass%2Bword', 'a@example.com');
  clock = createFakeClock();
  errors = [];
  await start();
});

async function start(): Promise<void> {
  identity = createIdentity({
    issuerBase: 'http://127.0.0.1:8080/',
    clients: registry.clients,
    keys: registry.keys,
    clock,
    onError: (error) => void errors.push(error),
  });
  await identity.start();
  server = createDualProtocolServer({ requestListener: identity.requestListener });
  port = await server.listen({ host: '127.0.0.1', port: 0 });
}

async function stop(): Promise<void> {
  await identity.stop();
  await server.close(0);
}
afterEach(stop);

const tokenPath = (realm: string): string => `/auth/realms/${realm}/protocol/openid-connect/token`;
const credentials = 'grant_type=client_credentials&client_id=stream-abc&client_secret=sEcret123';

function ask1(
  method: string,
  path: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = request1({ port, host: '127.0.0.1', method, path, headers, agent: false });
    request.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parse(text) });
      });
    });
    request.end(body);
  });
}

async function ask2(method: string, path: string, body: string): Promise<Answer> {
  const session = connect2(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ':method': method, ':path': path }, { endStream: body === '' });
    if (body !== '') stream.end(body);
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      stream.on('response', resolve).on('error', reject);
    });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return { status: Number(headers[':status']), headers, body: parse(text) };
  } finally {
    session.destroy();
  }
}

function parse(text: string): Answer['body'] {
  return text === '' ? {} : (JSON.parse(text) as Answer['body']);
}

function basic(clientId: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` };
}

describe(createIdentity, () => {
  it('gives every field that a client reads, not to be stored', async () => {
    const { status, headers, body } = await ask1('POST', tokenPath('streams'), credentials);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_in: 3_600,
      expires_at: clock.now() / 1000 + 3_600,
      refresh_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      refresh_expires_in: 30 * 86_400,
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: 'email profile',
    });
  });

  it('answers over HTTP/2 with prior knowledge as over HTTP/1.1', async () => {
    const { status, headers, body } = await ask2('POST', tokenPath('streams'), credentials);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    await expect(identity.verifier.verify(String(body['access_token']))).resolves.toMatchObject({
      realm: 'streams',
      clientId: 'stream-abc',
    });
  });

  it('takes the credentials from a Basic header, and ignores the scope', async () => {
    const body = 'grant_type=client_credentials&scope=offline_access';
    const { status } = await ask1('POST', tokenPath('streams'), body, basic('stream-abc', 'sEcret123'));
    expect(status).toBe(200);
  });

  it.each([
    ['raw', 'pass%2Bword'],
    ['percent-encoded', 'pass%252Bword'],
  ])('takes a secret that came %s, in the form and in the header', async (_, secret) => {
    const form = `grant_type=client_credentials&client_id=user-1&client_secret=${secret}`;
    await expect(ask1('POST', tokenPath('users'), form)).resolves.toMatchObject({ status: 200 });
    const header = basic('user-1', secret);
    await expect(ask1('POST', '/auth/token', 'grant_type=client_credentials', header)).resolves.toMatchObject(
      { status: 200 },
    );
  });

  it('refreshes, over and over', async () => {
    let { body } = await ask1('POST', tokenPath('streams'), credentials);
    for (let round = 0; round < 3; round++) {
      await clock.advance(3_000_000);
      const refresh = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}&client_id=stream-abc&client_secret=sEcret123`;
      const answer = await ask1('POST', tokenPath('streams'), refresh);
      expect(answer.status).toBe(200);
      ({ body } = answer);
    }
    await expect(identity.verifier.verify(String(body['access_token']))).resolves.toBeDefined();
  });

  it('refreshes a login of the command line, which keeps no secret and tries an empty header first', async () => {
    const login = `grant_type=client_credentials&client_id=user-1&client_secret=pass%2Bword`;
    const { body } = await ask1('POST', tokenPath('users'), login);
    const refresh = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}`;
    await expect(ask1('POST', '/auth/token', refresh, basic('user-1', ''))).resolves.toMatchObject({
      status: 200,
    });
    await expect(ask1('POST', '/auth/token', `${refresh}&client_id=user-1`)).resolves.toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['cli', 200],
    ['user-2', 400],
  ])(
    'refreshes a user for whoever presents the token as the public client: %s gets %i',
    async (id, status) => {
      registry.add('users', 'user-2', 'other', 'b@example.com');
      const login = `grant_type=client_credentials&client_id=user-1&client_secret=pass%2Bword`;
      const { body } = await ask1('POST', tokenPath('users'), login);
      const refresh = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}`;
      const renewed = await ask1('POST', '/auth/token', refresh, basic(id, ''));
      expect(renewed.status).toBe(status);
      const holder = await identity.verifier.verify(String(renewed.body['access_token'])).then(
        ({ clientId }) => clientId,
        () => 'nobody',
      );
      expect(holder).toBe(status === 200 ? 'user-1' : 'nobody');
    },
  );

  it('asks a stream for its secret when it refreshes', async () => {
    const { body } = await ask1('POST', tokenPath('streams'), credentials);
    const refresh = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}&client_id=stream-abc`;
    await expect(ask1('POST', tokenPath('streams'), refresh)).resolves.toMatchObject({ status: 401 });
  });

  it('keeps keys and refresh tokens over a restart', async () => {
    const { body } = await ask1('POST', tokenPath('streams'), credentials);
    await stop();
    await start();
    await expect(identity.verifier.verify(String(body['access_token']))).resolves.toBeDefined();
    const refresh = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}`;
    const answer = await ask1('POST', tokenPath('streams'), refresh, basic('stream-abc', 'sEcret123'));
    expect(answer.status).toBe(200);
  });

  it('gives nothing more to a client that was removed', async () => {
    const { body } = await ask1('POST', tokenPath('streams'), credentials);
    registry.remove('streams', 'stream-abc');
    const refresh = `grant_type=refresh_token&refresh_token=${String(body['refresh_token'])}`;
    const answer = await ask1('POST', tokenPath('streams'), refresh, basic('stream-abc', 'sEcret123'));
    expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client']);
  });

  it.each([
    ['a wrong secret', 'streams', credentials.replace('sEcret', 'x'), 401, 'invalid_client'],
    ['an unknown client', 'streams', credentials.replace('abc', 'x'), 401, 'invalid_client'],
    ['a client of another realm', 'installations', credentials, 401, 'invalid_client'],
    ['no secret', 'streams', 'grant_type=client_credentials&client_id=stream-abc', 401, 'invalid_client'],
    ['no client', 'streams', 'grant_type=client_credentials', 401, 'invalid_client'],
    ['no grant', 'streams', 'client_id=stream-abc&client_secret=sEcret123', 400, 'invalid_request'],
    ['a field twice', 'streams', `${credentials}&client_id=other`, 400, 'invalid_request'],
    [
      'another grant',
      'streams',
      credentials.replace('client_credentials', 'password'),
      400,
      'unsupported_grant_type',
    ],
    [
      'no refresh token',
      'streams',
      credentials.replace('client_credentials', 'refresh_token'),
      400,
      'invalid_request',
    ],
    [
      'a refresh token that is none',
      'users',
      'grant_type=refresh_token&refresh_token=x&client_id=user-1',
      400,
      'invalid_grant',
    ],
    ['a form that is too large', 'streams', 'x'.repeat(5_000_000), 400, 'invalid_request'],
  ])('says no to %s, as OAuth errors are said', async (_, realm, form, status, error) => {
    const answer = await ask1('POST', tokenPath(realm), form);
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(JSON.stringify(answer.body)).not.toContain('sEcret');
  });

  it('publishes keys that verify its tokens, and no private part of any', async () => {
    const { body } = await ask1('POST', tokenPath('streams'), credentials);
    const certs = await ask1('GET', '/auth/realms/streams/protocol/openid-connect/certs');
    const keys = certs.body as unknown as JSONWebKeySet;
    expect(Object.keys(keys.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(keys.keys).toHaveLength(1);
    const { payload } = await jwtVerify(String(body['access_token']), createLocalJWKSet(keys), {
      issuer: 'http://127.0.0.1:8080/auth/realms/streams',
      audience: 'ccd-data-plane',
      currentDate: new Date(clock.now()),
    });
    expect(payload['clientId']).toBe('stream-abc');
  });

  it('describes each realm where clients look for it', async () => {
    const { body } = await ask2('GET', '/auth/realms/users/.well-known/openid-configuration', '');
    const issuer = 'http://127.0.0.1:8080/auth/realms/users';
    expect(body).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/protocol/openid-connect/token`,
      jwks_uri: `${issuer}/protocol/openid-connect/certs`,
    });
  });

  it.each([
    ['GET', tokenPath('streams'), 405],
    ['POST', '/auth/realms/streams/protocol/openid-connect/certs', 405],
    ['POST', tokenPath('admin'), 404],
    ['GET', '/auth/realms/streams/constructor', 404],
    ['GET', '/', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    await expect(ask1(method, path)).resolves.toMatchObject({ status });
  });

  it('slows down whoever tries out secrets', async () => {
    const wrong = credentials.replace('sEcret', 'x');
    for (let attempt = 0; attempt < 20; attempt++) await ask1('POST', tokenPath('streams'), wrong);
    const answer = await ask1('POST', tokenPath('streams'), wrong);
    expect([answer.status, answer.body['error'], answer.headers['retry-after']]).toEqual([
      429,
      'slow_down',
      '60',
    ]);
    await clock.advance(60_000);
    await expect(ask1('POST', tokenPath('streams'), credentials)).resolves.toMatchObject({ status: 200 });
  });

  it('says that it is in trouble, and not why, when its database is away', async () => {
    registry.breakDown();
    const { status, body } = await ask1('POST', tokenPath('streams'), credentials);
    expect([status, body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(JSON.stringify(body)).not.toContain('database');
    expect(errors).toHaveLength(1);
  });

  it('rotates its keys without refusing a token on the way', async () => {
    const accessKeyCount = (): number =>
      [...registry.storedKeys.values()].filter(({ algorithm }) => algorithm === 'RS256').length;
    const first = decodeProtectedHeader(await issue()).kid;
    await clock.advance(30 * 86_400_000);
    await eventually('the next key is made', () => accessKeyCount() === 2);
    const kids: unknown[] = [];
    for (let quarter = 0; quarter < 12; quarter++) {
      const token = await issue();
      kids.push(decodeProtectedHeader(token).kid);
      await clock.advance(900_000);
      await expect(identity.verifier.verify(token)).resolves.toBeDefined();
    }
    expect(kids[0]).toBe(first);
    expect(kids.at(-1)).not.toBe(first);
    await eventually('the first key is gone', () => accessKeyCount() === 1);
  });
});

async function issue(): Promise<string> {
  const { body } = await ask1('POST', tokenPath('streams'), credentials);
  return String(body['access_token']);
}
