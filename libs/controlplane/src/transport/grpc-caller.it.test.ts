import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { eventually } from '@ccd/testkit';
import { connectControlPlane } from '../connect-control-plane.ts';
import { ControlPlaneRefusedError, ControlPlaneUnavailableError, InvalidAnswerError } from '../errors.ts';
import { encodeStreams, metadataFor, sampleStream } from '../testing/samples.ts';
import { installationId, startScriptedServer } from '../testing/scripted-server.ts';
import type { Script, ScriptedServer } from '../testing/scripted-server.ts';

const path = '/strmprivacy.api.agents.v1.StreamsAgentService/GetStreams';
const bytes = encodeStreams(sampleStream(1));
const good: Script = { bytes, metadata: metadataFor(bytes, 1) };
const never = new AbortController().signal;

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.stop());

describe(connectControlPlane, () => {
  it('sends token and installation with every call', async () => {
    server.answer(path, good);
    await server.connect().desiredStreams(never);
    const [call] = server.calls;
    expect(call?.metadata.get('authorization')).toEqual(['Bearer token-1']);
    expect(call?.metadata.get('strm-installation-id')).toEqual([installationId]);
    expect(server.tokenRequests).toEqual([
      '/auth/realms/installations/protocol/openid-connect/token?grant_type=client_credentials&client_id=ins-test&client_secret=very-secret',
    ]);
  });

  it('makes no request without a deadline', async () => {
    server.answer(path, good);
    await server.connect({ attemptTimeoutMs: 5_000 }).desiredStreams(never);
    const [call] = server.calls;
    expect(Number(call?.deadline) - Date.now()).toBeLessThanOrEqual(5_000);
  });

  it('asks once more with a fresh token when the server refuses the one it has', async () => {
    server.answer(path, { code: status.UNAUTHENTICATED }, good);
    server.tokens(
      { status: 200, body: { access_token: 'old', expires_in: 3600 } },
      { status: 200, body: { access_token: 'fresh', expires_in: 3600 } },
    );
    await expect(server.connect().desiredStreams(never)).resolves.toMatchObject({ items: [{}] });
    expect(server.calls.map(({ metadata }) => metadata.get('authorization')[0])).toEqual([
      'Bearer old',
      'Bearer fresh',
    ]);
  });

  it('tries again when it gets no token, and says so when it never does', async () => {
    server.answer(path, good);
    const token = { status: 200, body: { access_token: 'token-1', expires_in: 3600 } };
    server.tokens({ status: 503, body: '' }, token);
    const answer = server.connect().desiredStreams(never);
    await advanceUntilSettled(answer);
    await expect(answer).resolves.toMatchObject({ items: [{}] });
    server.tokens({ status: 503, body: '' });
    const other = server.connect({ maxAttempts: 2 }).desiredStreams(never);
    await advanceUntilSettled(other);
    await expect(other).rejects.toThrow('token: UNAVAILABLE: HTTP 503');
    expect(server.tokenRequests).toHaveLength(4);
  });

  it('asks only once more', async () => {
    server.answer(path, { code: status.UNAUTHENTICATED, details: 'who are you' });
    await expect(server.connect().desiredStreams(never)).rejects.toThrow(ControlPlaneRefusedError);
    expect(server.calls).toHaveLength(2);
  });

  it('retries after a reset in the middle of a call', async () => {
    server.answer(path, 'reset', good);
    const answer = server.connect().desiredStreams(never);
    await eventually(
      'the first call is dropped',
      () => server.clock.sleepers() > 0 && server.calls.length === 1,
    );
    const advancing = advanceUntilSettled(answer);
    await expect(answer).resolves.toMatchObject({ items: [{}] });
    await advancing;
    expect(server.calls).toHaveLength(2);
  });

  it('gives up on a server that stays unavailable, after as many attempts as it may', async () => {
    server.answer(path, { code: status.UNAVAILABLE, details: 'restarting' });
    const answer = server.connect({ maxAttempts: 3 }).desiredStreams(never);
    answer.catch(() => {});
    await advanceUntilSettled(answer);
    await expect(answer).rejects.toMatchObject({ name: 'ControlPlaneUnavailableError', code: 'UNAVAILABLE' });
    expect(server.calls).toHaveLength(3);
  });

  it('gives up on a server that never answers, and cancels the call', async () => {
    server.answer(path, 'hang');
    const answer = server.connect({ maxAttempts: 1 }).desiredStreams(never);
    answer.catch(() => {});
    await eventually('the call arrives', () => server.calls.length === 1);
    await server.clock.advance(10_000);
    await expect(answer).rejects.toMatchObject({
      name: 'ControlPlaneUnavailableError',
      code: 'DEADLINE_EXCEEDED',
    });
    await eventually('the server learns of it', () => server.calls[0]?.cancelled());
    expect(server.clock.sleepers()).toBe(0);
  });

  it('says what went wrong before its time was up', async () => {
    server.answer(path, 'hang');
    const answer = server.connect({ attemptTimeoutMs: 500, totalTimeoutMs: 800 }).desiredStreams(never);
    answer.catch(() => {});
    await eventually('the call arrives', () => server.calls.length === 1);
    await advanceUntilSettled(answer);
    await expect(answer).rejects.toThrow(
      /no answer in time; at last DEADLINE_EXCEEDED: an answer took longer than 500 ms/,
    );
  });

  it('takes the timeout of a caller for an outage, and any other abort for what it is', async () => {
    server.answer(path, 'hang');
    const connection = server.connect();
    await expect(connection.desiredStreams(AbortSignal.timeout(1))).rejects.toThrow(
      ControlPlaneUnavailableError,
    );
    const stopped = new Error('stopped');
    await expect(connection.desiredStreams(AbortSignal.abort(stopped))).rejects.toBe(stopped);
  });

  it.each([
    [status.PERMISSION_DENIED, ControlPlaneRefusedError],
    [status.RESOURCE_EXHAUSTED, ControlPlaneRefusedError],
    [status.UNIMPLEMENTED, ControlPlaneRefusedError],
  ])('tells status %i from an empty answer, at the first call', async (code, expected) => {
    server.answer(path, { code });
    await expect(server.connect().desiredStreams(never)).rejects.toThrow(expected);
    expect(server.calls).toHaveLength(1);
  });

  it('reads an answer above the 4 MB that grpc-js accepts by default', async () => {
    const many = encodeStreams(...Array.from({ length: 40_000 }, (_, number) => sampleStream(number)));
    expect(many.length).toBeGreaterThan(4 * 1024 * 1024);
    server.answer(path, { bytes: many, metadata: metadataFor(many, 40_000) });
    const { items } = await server.connect().desiredStreams(never);
    expect(items).toHaveLength(40_000);
  });

  it('refuses an answer above its own limit, and does not take it for an empty one', async () => {
    server.answer(path, good);
    await expect(server.connect({ maxAnswerBytes: 10 }).desiredStreams(never)).rejects.toMatchObject({
      name: 'ControlPlaneRefusedError',
      code: 'RESOURCE_EXHAUSTED',
    });
  });

  it.each<[string, Script]>([
    [
      'zero bytes with the metadata of one item',
      { bytes: new Uint8Array(), metadata: metadataFor(bytes, 1) },
    ],
    ['garbage', { bytes: Uint8Array.of(255, 255, 255, 255), metadata: {} }],
    ['a wrong count', { bytes, metadata: metadataFor(bytes, 2) }],
    ['a wrong digest', { bytes, metadata: { ...metadataFor(bytes, 1), 'ccd-digest': '0'.repeat(64) } }],
  ])('discards %s', async (_, script) => {
    server.answer(path, script);
    await expect(server.connect().desiredStreams(never)).rejects.toThrow(InvalidAnswerError);
  });

  it('keeps credentials that a server echoes out of its errors', async () => {
    const details =
      'bad token: Bearer eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl and aGVsbG8gd29ybGQgdGhpcyBpcyBsb25nIGVub3VnaA==';
    server.answer(path, { code: status.PERMISSION_DENIED, details });
    const error: unknown = await server
      .connect()
      .desiredStreams(never)
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('bad token');
    expect(JSON.stringify(error) + String(error)).not.toMatch(/eyJ|aGVsbG8/);
  });

  it('ends what is running when it is closed', async () => {
    server.answer(path, 'hang');
    const connection = server.connect();
    const answer = connection.desiredStreams(never);
    answer.catch(() => {});
    await eventually('the call arrives', () => server.calls.length === 1);
    connection.close();
    await expect(answer).rejects.toThrow(ControlPlaneUnavailableError);
    expect(server.clock.sleepers()).toBe(0);
  });

  it('names the options that it cannot use, without their values', () => {
    expect(() => server.connect({ port: 0, clientSecret: '', installationId: 'hunter2' })).toThrow(
      /port: .*clientSecret: .*installationId: (?!.*hunter2)/,
    );
  });
});

/** Lets retries wait on the fake clock while the network takes its real time. */
async function advanceUntilSettled(answer: Promise<unknown>): Promise<void> {
  let settled = false;
  const done = (): void => {
    settled = true;
  };
  answer.then(done, done);
  await eventually('the call ends', async () => {
    if (!settled) await server.clock.advance(50);
    return settled;
  });
}
