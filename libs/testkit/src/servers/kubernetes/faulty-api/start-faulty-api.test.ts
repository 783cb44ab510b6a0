import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../eventually.ts';
import { createTestAuthority } from '../../tls/authority.ts';
import type { ApiFault } from './api-fault.ts';
import { startFaultyApi } from './start-faulty-api.ts';
import type { ApiAnswer, FaultyApi } from './start-faulty-api.ts';

const list = '/api/v1/namespaces/n/configmaps';

/** Answers lists with a version that grows, watches with an event and no end, and writes with what was sent. */
function answerAsAnApiServer(server: Server): () => readonly string[] {
  const asked: string[] = [];
  let version = 0;
  server.on('request', (request, response) => {
    asked.push(`${request.method ?? ''} ${request.headers.authorization ?? ''}`);
    if (request.url?.includes('watch=1') === true) {
      response.writeHead(200).write('{"type":"ADDED"}\n');
      return;
    }
    version += 1;
    response.end(JSON.stringify({ metadata: { resourceVersion: `${version}` }, items: [] }));
  });
  return () => asked;
}

describe(startFaultyApi, () => {
  const answers: ApiAnswer[] = [];
  let server: Server;
  let asked: () => readonly string[];
  let ca: string;
  let api: FaultyApi;

  beforeAll(async () => {
    const authority = await createTestAuthority();
    ({ ca } = authority);
    const { cert, key } = await authority.issue({ name: 'api', hosts: ['127.0.0.1'] });
    server = createServer({ cert, key });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(async () => {
    server.removeAllListeners('request');
    asked = answerAsAnApiServer(server);
    answers.length = 0;
    const { port } = server.address() as AddressInfo;
    api = await startFaultyApi({ url: `https://127.0.0.1:${port}`, ca }, (answer) => answers.push(answer));
  });
  afterEach(() => api.stop());

  const ask = (uri = list, method = 'GET'): Promise<Response> =>
    fetch(`${api.url}${uri}`, {
      method,
      headers: { authorization: 'Bearer x' },
      signal: AbortSignal.timeout(500),
    });
  const versionOf = async (asking: Promise<Response>): Promise<unknown> => {
    const { metadata } = (await (await asking).json()) as { metadata: { resourceVersion: string } };
    return metadata.resourceVersion;
  };
  const afflict = (fault: ApiFault): void => {
    api.afflict(() => fault);
  };

  it('passes what nothing befalls, with its token', async () => {
    expect(await versionOf(ask())).toBe('1');
    expect(asked()).toEqual(['GET Bearer x']);
    expect(answers).toMatchObject([{ request: { verb: 'list' }, code: 200, arrived: true }]);
    expect(api.arrivals).toHaveLength(1);
  });

  it('refuses in the words of an API server, which hears nothing of it', async () => {
    afflict({ kind: 'refuse', code: 429, retryAfterSeconds: 3 });
    const answer = await ask();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
    expect(await answer.json()).toMatchObject({ kind: 'Status', reason: 'TooManyRequests' });
    expect(asked()).toEqual([]);
  });

  it.each([
    { kind: 'reset', done: true },
    { kind: 'reset', done: false },
    { kind: 'hang', done: true },
    { kind: 'hang', done: false },
  ] as const)('gives no whole answer: $kind, carried out: $done', async (fault) => {
    afflict(fault);
    await expect(ask(list, 'POST').then((answer) => answer.text())).rejects.toThrow();
    expect(asked()).toHaveLength(fault.done ? 1 : 0);
    expect(answers.map(({ arrived }) => arrived)).toEqual(fault.done ? [false] : []);
  });

  it('gives an old list again, where there is one', async () => {
    afflict({ kind: 'stale', back: 2 });
    expect(await versionOf(ask())).toBe('1');
    expect(await versionOf(ask())).toBe('2');
    expect(await versionOf(ask())).toBe('1');
    afflict({ kind: 'stale', back: Number.POSITIVE_INFINITY });
    expect(await versionOf(ask())).toBe('1');
    expect(await versionOf(ask(`${list}?labelSelector=x`))).toBe('5');
  });

  it('resets watches that stand', async () => {
    afflict({ kind: 'silence' });
    const reading = (await ask(`${list}?watch=1`)).text();
    api.cutWatches();
    await expect(reading).rejects.toThrow();
  });

  it('ends a watch that has expired', async () => {
    afflict({ kind: 'expire' });
    expect(await (await ask(`${list}?watch=1`)).text()).toContain('"code":410');
    expect(asked()).toEqual([]);
  });

  it.each<[string, ApiFault | undefined, number]>([
    ['as it comes', undefined, 17],
    ['not at all', { kind: 'silence' }, 0],
    ['in half', { kind: 'reset', done: true }, 8],
  ])('passes a watch on: %s', async (_title, fault, bytes) => {
    if (fault !== undefined) afflict(fault);
    const { body } = await ask(`${list}?watch=1`);
    let seen = 0;
    const reading = (async () => {
      for await (const chunk of body ?? []) seen += Buffer.from(chunk as Uint8Array).length;
    })().catch(() => {});
    await eventually('it has come', () => seen === bytes);
    await reading;
    expect(seen).toBe(bytes);
  });
});
