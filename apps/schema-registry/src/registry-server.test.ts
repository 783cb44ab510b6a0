import { createHealth, createMetrics } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { tryAgain } from './registry-error.ts';
import { createRegistryServer } from './registry-server.ts';
import type { SchemaLookup } from './schema-lookup.ts';

const avro = '{"type":"record","name":"Demo","fields":[{"name":"ü","type":"string"}]}';
const json = '{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}';
const v1 = 'application/vnd.schemaregistry.v1+json';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const schemas: SchemaLookup = async (id) => {
  if (id === 7) return { type: 'AVRO', text: avro };
  if (id === 8) return { type: 'JSON', text: json };
  if (id === 9) throw tryAgain('not now');
  if (id === 10) throw new Error('a mistake of ours');
  return undefined;
};

async function setUp(lookup = schemas) {
  const { logger, entries } = createCapturingLogger();
  const server = createRegistryServer({
    lookup,
    health: createHealth(),
    metrics: createMetrics(),
    logger,
    maxConnections: 10,
    requestTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  closers.push(() => server.close());
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  return { ask, server, url, entries };
}

const errorOf = ({ status, body }: { readonly status: number; readonly body: string }) => {
  const { error_code: code } = JSON.parse(body) as { error_code: number };
  return [status, code];
};

describe(createRegistryServer, () => {
  it.each([
    ['/schemas/ids/7', { schema: avro }],
    ['/schemas/ids/7?fetchMaxId=false&subject=stream-1-value', { schema: avro }],
    ['/schemas/ids/8', { schemaType: 'JSON', schema: json }],
    ['/schemas/ids/7/schema', JSON.parse(avro)],
    ['/schemas/ids/7/subjects', []],
    ['/schemas/ids/7/versions', []],
    ['/schemas/types', ['AVRO', 'JSON']],
    ['/schemas', []],
    ['/subjects', []],
    ['/subjects/', []],
    ['//subjects', []],
    ['', {}],
    ['/', {}],
    ['/contexts', ['.']],
    ['/config', { compatibilityLevel: 'NONE' }],
    ['/config/stream-1-value?defaultToGlobal=true', { compatibilityLevel: 'NONE' }],
    ['/mode', { mode: 'READONLY' }],
    ['/mode/stream-1-value?defaultToGlobal=true', { mode: 'READONLY' }],
  ])('answers GET /confluent%s', async (path, expected) => {
    const { ask } = await setUp();
    const { status, headers, body } = await ask(`/confluent${path}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe(v1);
    expect(JSON.parse(body)).toEqual(expected);
  });

  it.each([
    ['GET', '/schemas/ids/1', 404, 40_403],
    ['GET', '/schemas/ids/1/schema', 404, 40_403],
    ['GET', '/schemas/ids/1/versions', 404, 40_403],
    ['GET', '/schemas/ids/1/subjects', 404, 40_403],
    ['GET', '/schemas/ids/x', 404, 404],
    ['GET', '/schemas/ids/9', 503, 503],
    ['GET', '/schemas/ids/9/versions', 503, 503],
    ['GET', '/subjects/stream-1-value/versions', 404, 40_401],
    ['GET', '/subjects/stream-1-value/versions/latest', 404, 40_401],
    ['GET', '/subjects/stream-1-value/versions/latest/schema', 404, 40_401],
    ['GET', '/subjects/stream-1-value/versions/0', 422, 42_202],
    ['POST', '/subjects/stream-1-value', 404, 40_401],
    ['POST', '/compatibility/subjects/stream-1-value/versions/latest', 404, 40_401],
    ['GET', '/config/stream-1-value', 404, 40_408],
    ['GET', '/mode/stream-1-value', 404, 40_409],
    ['POST', '/subjects/stream-1-value/versions', 422, 42_205],
    ['DELETE', '/subjects/stream-1-value', 422, 42_205],
    ['DELETE', '/subjects/stream-1-value/versions/1', 422, 42_205],
    ['PUT', '/config', 422, 42_205],
    ['PUT', '/config/stream-1-value', 422, 42_205],
    ['PUT', '/mode', 422, 42_205],
    ['DELETE', '/mode/stream-1-value', 422, 42_205],
    ['POST', '/schemas/ids/7', 405, 405],
    ['PATCH', '/subjects', 405, 405],
    ['GET', '/compatibility/subjects/stream-1-value/versions', 405, 405],
    ['GET', '/nothing', 404, 404],
    ['POST', '/nothing', 404, 404],
    ['GET', '/schemas/ids/%ZZ', 400, 400],
  ])('answers %s /confluent%s with %i and error code %i', async (method, path, status, code) => {
    const { ask } = await setUp();
    const body = method === 'POST' || method === 'PUT' ? { body: '{"schema":"\\"string\\""}' } : {};
    const answer = await ask(`/confluent${path}`, { method, headers: { 'content-type': v1 }, ...body });
    expect(errorOf(answer)).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe(v1);
  });

  it('says which methods a path has, and when to come back', async () => {
    const { ask } = await setUp();
    const [refused, away] = await Promise.all([
      ask('/confluent/schemas/ids/7', { method: 'PUT' }),
      ask('/confluent/schemas/ids/9'),
    ]);
    expect(refused.headers.get('allow')).toBe('GET, HEAD');
    expect(away.headers.get('retry-after')).toBe('1');
  });

  it.each([
    ['/confluent/schemas/ids/7', 200],
    ['/confluent/schemas/ids/1', 404],
    ['/confluent/compatibility/subjects/a/versions', 405],
  ])('answers HEAD %s as GET, without the body', async (path, status) => {
    const { ask } = await setUp();
    const [head, get] = [await ask(path, { method: 'HEAD' }), await ask(path)];
    expect(head).toMatchObject({ status, body: '' });
    expect(get.status).toBe(status);
    for (const header of ['content-type', 'content-length']) {
      expect(head.headers.get(header)).toBe(get.headers.get(header));
    }
  });

  it('answers errors, too, in the type that was asked for', async () => {
    const { ask } = await setUp();
    const answer = await ask('/confluent/schemas/ids/1', { headers: { accept: 'application/json' } });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(answer.body)).toEqual({ error_code: 40_403, message: 'Schema not found' });
  });

  it('reads no body, however long, and serves the connection afterwards', async () => {
    const { ask } = await setUp();
    const post = { method: 'POST', body: 'x'.repeat(3_000_000) };
    expect(errorOf(await ask('/confluent/subjects/a/versions', post))).toEqual([422, 42_205]);
    expect(await ask('/confluent/subjects')).toMatchObject({ status: 200 });
  });

  it('tells nothing of its own mistakes but to the log', async () => {
    const { ask, entries } = await setUp();
    const answer = await ask('/confluent/schemas/ids/10');
    expect(errorOf(answer)).toEqual([500, 500]);
    expect(answer.body).not.toContain('mistake');
    expect(entries).toMatchObject([{ level: 'error', fields: { error: { message: 'a mistake of ours' } } }]);
  });

  it('is alive beside the registry', async () => {
    const { ask } = await setUp();
    const answers = await Promise.all(['/is-alive', '/ready', '/metrics'].map((path) => ask(path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('answers what is under way before it stops', async () => {
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<undefined>();
    const { ask, server, url } = await setUp(async () => {
      asked.resolve(undefined);
      await answer.promise;
      return { type: 'AVRO', text: avro };
    });
    const waiting = ask('/confluent/schemas/ids/7');
    await asked.promise;
    const closed = server.close();
    answer.resolve(undefined);
    expect(await waiting).toMatchObject({ status: 200 });
    await closed;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
