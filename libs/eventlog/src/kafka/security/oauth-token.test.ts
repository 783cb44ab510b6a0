import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createTokenSource, TokenError } from './oauth-token.ts';

describe(createTokenSource, () => {
  const clock = createFakeClock();
  let server: Server;
  let asked: { authorization: string | undefined; body: string }[];
  let answer: { status: number; body: string };

  beforeEach(async () => {
    asked = [];
    answer = { status: 200, body: JSON.stringify({ access_token: 'token', expires_in: 100 }) };
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body });
        response.writeHead(answer.status).end(answer.body);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const source = () =>
    createTokenSource(
      {
        tokenEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
        clientId: 'me',
        clientSecret: 'hunter2:',
        scope: 'kafka',
      },
      clock,
    );

  it('asks with its credentials, and again when most of the life of a token is over', async () => {
    const token = source();
    await expect(token()).resolves.toBe('token');
    await token();
    expect(asked).toEqual([
      {
        authorization: `Basic ${Buffer.from('me:hunter2%3A').toString('base64')}`,
        body: 'grant_type=client_credentials&scope=kafka',
      },
    ]);
    await clock.advance(81_000);
    await token();
    expect(asked).toHaveLength(2);
  });

  it.each([
    [401, '{"error":"hunter2"}', /it answered 401/],
    [200, '{"token":"hunter2"}', /its answer holds no token/],
    [200, 'hunter2', /its answer holds no token/],
    [200, '{"access_token":"line\\nbreak"}', /its answer holds no token/],
  ])('gives up on %d %s, and tells nobody what was said', async (status, body, reason) => {
    answer = { status, body };
    const failure = await source()().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TokenError);
    expect(String(failure)).toMatch(reason);
    expect(String(failure)).not.toMatch(/hunter2/);
  });

  it('says so when the endpoint cannot be reached', async () => {
    const token = source();
    server.close();
    server.closeAllConnections();
    await expect(token()).rejects.toThrow(/cannot be reached/);
  });
});
