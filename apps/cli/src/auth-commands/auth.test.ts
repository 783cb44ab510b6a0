import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { refused, startHttp, tokenAnswer, tokenOf } from '../testing/token-server.ts';
import type { HttpRig } from '../testing/token-server.ts';

const scratch = scratchDir();
const usersPath = '/auth/realms/users/protocol/openid-connect/token';

describe('auth', () => {
  let rig: Rig;
  let tokens: HttpRig;
  let file: string;
  const stored = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

  beforeEach(async () => {
    rig = await createRig(scratch);
    tokens = await startHttp(() => tokenAnswer(tokenOf('bob@example.com')));
    rig.env['STRM_API_AUTH_URL'] = tokens.url;
    file = join(rig.configPath, 'strm-creds-127.0.0.1.json');
  });
  afterEach(async () => {
    rig.server.close();
    await tokens.close();
  });

  const login = (...argv: string[]) => rig.run('auth', 'login', '--client-id', 'user-1', ...argv);

  it('logs in with a personal credential and keeps the token where only the owner reads', async () => {
    expect(await login('--client-secret', 'hush')).toEqual({
      code: 0,
      out: 'You are now logged in as bob@example.com.\n',
      err: '',
    });
    expect(tokens.requests).toMatchObject([
      {
        path: usersPath,
        headers: { authorization: `Basic ${Buffer.from('user-1:hush').toString('base64')}` },
        form: { grant_type: 'client_credentials', scope: 'offline_access' },
      },
    ]);
    expect(stored()).toEqual({
      accessToken: tokenOf('bob@example.com'),
      refreshToken: 'refresh-1',
      expiresAt: rig.clock.now() / 1000 + 3600 - 10,
      email: 'bob@example.com',
      clientId: 'user-1',
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('tells the credential in the form where the server does not take a header', async () => {
    tokens.answer = ({ headers }) =>
      headers.authorization === undefined ? tokenAnswer(tokenOf('bob@example.com')) : refused;
    expect((await login('--client-secret', 'hush')).code).toBe(0);
    expect(tokens.requests[1]?.form).toMatchObject({ client_id: 'user-1', client_secret: 'hush' });
  });

  it.each([
    ['standard input', () => rig.start(['auth', 'login', '--client-id', 'user-1'], { stdin: 'hush\n' })],
    [
      'the environment',
      () => {
        rig.env['STRM_CLIENT_SECRET'] = 'hush';
        return login();
      },
    ],
  ])('takes the secret from %s', async (_, run) => {
    expect((await run()).code).toBe(0);
    expect(tokens.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('user-1:hush').toString('base64')}`,
    );
  });

  it('says that no secret was given, or that it was refused, or that the server is not there', async () => {
    expect((await login()).err).toBe('No secret was given.\n');
    tokens.answer = () => refused;
    expect(await login('--client-secret', 'x')).toEqual({
      code: 1,
      out: '',
      err: `${tokens.url}${usersPath} refused the credentials (401: no such client)\n`,
    });
    await tokens.close();
    expect((await login('--client-secret', 'x')).err).toMatch(/cannot be reached \(.*ECONNREFUSED.*\)\n$/);
    expect(existsSync(file)).toBe(false);
  });

  it('does not accept a token that does not say whose it is', async () => {
    tokens.answer = () => tokenAnswer('opaque');
    expect((await login('--client-secret', 'x')).err).toBe(
      'the authentication server gave a token without an e-mail address\n',
    );
  });

  it('shows who is logged in, and prints the token', async () => {
    await login('--client-secret', 'hush');
    expect((await rig.run('auth', 'show')).out).toBe(`bob@example.com at ${tokens.url}\n`);
    expect((await rig.run('auth', 'print-access-token')).out).toBe(`${tokenOf('bob@example.com')}\n`);
    expect(tokens.requests).toHaveLength(1);
  });

  it('gets a new token by the refresh token once the old one is about to end', async () => {
    await login('--client-secret', 'hush');
    const second = tokenOf('bob@example.com', { jti: '2' });
    tokens.answer = () => tokenAnswer(second, 'refresh-2');
    await rig.clock.advance(3_589_999);
    expect((await rig.run('auth', 'print-access-token')).out).toBe(`${tokenOf('bob@example.com')}\n`);
    await rig.clock.advance(1);
    expect((await rig.run('auth', 'print-access-token')).out).toBe(`${second}\n`);
    expect(tokens.requests[1]?.form).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
    });
    expect(stored()).toMatchObject({ accessToken: second, refreshToken: 'refresh-2' });
  });

  it('forgets a login that cannot be renewed', async () => {
    await login('--client-secret', 'hush');
    tokens.answer = () => refused;
    await rig.clock.advance(3_600_000);
    expect(await rig.run('list', 'streams')).toEqual({
      code: 1,
      out: '',
      err: 'Your session has expired. Log in again with: strm auth login\n',
    });
    expect(existsSync(file)).toBe(false);
  });

  it('keeps a login while the authentication server cannot be reached or is broken', async () => {
    await login('--client-secret', 'hush');
    await rig.clock.advance(3_600_000);
    tokens.answer = () => ({ status: 503 });
    expect((await rig.run('auth', 'print-access-token')).code).toBe(1);
    await tokens.close();
    expect((await rig.run('auth', 'print-access-token')).err).toContain('cannot be reached');
    expect(existsSync(file)).toBe(true);
  });

  it('uses what another command renewed meanwhile', async () => {
    await login('--client-secret', 'hush');
    await rig.clock.advance(3_600_000);
    const other = tokenOf('bob@example.com', { jti: 'other' });
    tokens.answer = () => {
      // The other command's refresh has used up the token that this one sends.
      const login: unknown = stored();
      if (typeof login === 'object') renewElsewhere({ ...login, accessToken: other });
      return refused;
    };
    expect((await rig.run('auth', 'print-access-token')).out).toBe(`${other}\n`);
  });

  it('forgets the login on this machine alone', async () => {
    await login('--client-secret', 'hush');
    expect((await rig.run('auth', 'revoke')).out).toBe('bob@example.com is no longer logged in.\n');
    expect((await rig.run('auth', 'revoke')).out).toBe('Nobody is logged in.\n');
    expect(tokens.requests).toHaveLength(1);
  });

  function renewElsewhere(login: object): void {
    writeFileSync(file, JSON.stringify({ ...login, expiresAt: rig.clock.now() / 1000 + 100 }));
  }
});
