import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { ControlPlaneRefusedError, ControlPlaneUnavailableError, InvalidAnswerError } from '../errors.ts';
import { createTokenSource } from './token-source.ts';
import type { TokenSource } from './token-source.ts';

const never = new AbortController().signal;
const clock = createFakeClock();
let issuer: Server;
let requests: number;
let answer: () => { readonly status: number; readonly body: unknown } | 'hang';

beforeEach(async () => {
  requests = 0;
  answer = () => ({ status: 200, body: { access_token: `token-${requests}`, expires_in: 100 } });
  issuer = createServer((request, response) => {
    requests++;
    request.resume().on('end', () => {
      const given = answer();
      if (given === 'hang') return;
      const body = typeof given.body === 'string' ? given.body : JSON.stringify(given.body);
      response.writeHead(given.status).end(body);
    });
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  issuer.closeAllConnections();
  await new Promise((resolve) => issuer.close(resolve));
});

function connect(): TokenSource {
  const authUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  return createTokenSource({ authUrl, clientId: 'ins-1', clientSecret: 'hunter2', clock, timeoutMs: 1_000 });
}

describe(createTokenSource, () => {
  it('shares one request among all who ask at once', async () => {
    const source = connect();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => source.token(never)));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(requests).toBe(1);
  });

  it('renews early, beside, and serves the old token meanwhile', async () => {
    const source = connect();
    await source.token(never);
    await clock.advance(79_000);
    await source.token(never);
    expect(requests).toBe(1);
    await clock.advance(2_000);
    await expect(source.token(never)).resolves.toBe('token-1');
    await eventually('the new token is there', async () => (await source.token(never)) === 'token-2');
  });

  it('serves the old token while the issuer is away, and no longer than it lives', async () => {
    const source = connect();
    await source.token(never);
    answer = () => ({ status: 503, body: '' });
    await clock.advance(85_000);
    await expect(source.token(never)).resolves.toBe('token-1');
    await eventually('the renewal was tried', () => requests === 2);
    await clock.advance(6_000);
    await expect(source.token(never)).rejects.toThrow(ControlPlaneUnavailableError);
  });

  it('does not notice jumps of the wall clock', async () => {
    const source = connect();
    await source.token(never);
    clock.jumpWallTime(86_400_000);
    await source.token(never);
    expect(requests).toBe(1);
  });

  it('fetches another token after one was refused, but not for an older one', async () => {
    const source = connect();
    source.refused(await source.token(never));
    await expect(source.token(never)).resolves.toBe('token-2');
    source.refused('token-1');
    await expect(source.token(never)).resolves.toBe('token-2');
  });

  it.each([
    ['credentials that are wrong', 401, { error: 'invalid_client' }, ControlPlaneRefusedError],
    ['a request that is wrong', 400, { error: 'invalid_request' }, ControlPlaneRefusedError],
    ['an issuer in trouble', 500, 'oops', ControlPlaneUnavailableError],
    ['an issuer that asks for patience', 429, '', ControlPlaneUnavailableError],
    ['a redirect', 302, '', ControlPlaneUnavailableError],
    ['an answer that is no JSON', 200, '<html>', InvalidAnswerError],
    ['an answer without a token', 200, { expires_in: 1 }, InvalidAnswerError],
    ['an answer without a lifetime', 200, { access_token: 'x' }, InvalidAnswerError],
    ['an answer of no bytes', 200, '', InvalidAnswerError],
    ['null', 200, 'null', InvalidAnswerError],
    ['a token that is no text', 200, { access_token: ['x'], expires_in: 1 }, InvalidAnswerError],
    ['an empty token', 200, { access_token: '', expires_in: 1 }, InvalidAnswerError],
    ['a token that has ended', 200, { access_token: 'x', expires_in: 0 }, InvalidAnswerError],
    ['a lifetime that is no number', 200, { access_token: 'x', expires_in: '1' }, InvalidAnswerError],
    ['a lifetime without an end', 200, '{"access_token":"x","expires_in":1e999}', InvalidAnswerError],
    ['an answer without an end', 200, 'x'.repeat(300_000), InvalidAnswerError],
    ['a token of two lines', 200, { access_token: 'a\r\nb', expires_in: 1 }, InvalidAnswerError],
    ['a token that no header can carry', 200, { access_token: '\u202e', expires_in: 1 }, InvalidAnswerError],
    ['a token beyond measure', 200, { access_token: 'x'.repeat(20_000), expires_in: 1 }, InvalidAnswerError],
    [
      'an error that quotes what was sent',
      400,
      { error: 'invalid_client', error_description: 'not hunter2' },
      ControlPlaneRefusedError,
    ],
  ])('tells %s', async (_, status, body, expected) => {
    answer = () => ({ status, body });
    const error: unknown = await connect()
      .token(never)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(expected);
    expect(String(error)).not.toContain('hunter2');
  });

  it('gives up on an issuer that never answers', async () => {
    answer = () => 'hang';
    const token = connect().token(never);
    token.catch(() => {});
    await eventually('the request arrives', () => requests === 1);
    await clock.advance(1_000);
    await expect(token).rejects.toMatchObject({
      name: 'ControlPlaneUnavailableError',
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('tells a refused connection', async () => {
    const source = createTokenSource({
      authUrl: 'http://127.0.0.1:1',
      clientId: 'a',
      clientSecret: 'b',
      clock,
      timeoutMs: 1_000,
    });
    await expect(source.token(never)).rejects.toThrow('token: UNAVAILABLE: ECONNREFUSED');
  });
});
