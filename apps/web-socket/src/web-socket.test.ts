import { once } from 'node:events';
import type { ContractDefinition } from '@ccd/contracts';
import { compileContract, encodeValue, publicContracts } from '@ccd/contracts';
import type { ClientStream } from '@ccd/controlplane';
import { ControlPlaneUnavailableError } from '@ccd/controlplane';
import type { StreamTokens } from '@ccd/dataplane';
import { createRecordReader, TokenRefusedError } from '@ccd/dataplane';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createHealth, createMetrics } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { eventually } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { admit } from './admit.ts';
import { sendStream } from './send-stream.ts';
import { createEgressServer } from './web-socket-server.ts';

const [example] = publicContracts;
if (example === undefined) throw new Error('there is an example contract');
const definition: ContractDefinition = { ...example, schemaId: 7 };
const { schema } = compileContract(definition);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const tokens: StreamTokens = {
  clientIdOf: async (authorization) => {
    if (authorization === undefined) throw new TokenRefusedError('missing', 'Jwt is missing');
    return authorization.replace('Bearer ', '');
  },
};

async function setUp({ maxConnections = 10, withTopic = true } = {}) {
  const clock = createFakeClock();
  const log = createMemoryLog({ clock });
  if (withTopic)
    await log.admin.createTopic({ name: 'stream-1', partitions: 2, config: { cleanup: 'delete' } });
  const producer = await log.createProducer();
  const { logger, text } = createCapturingLogger();
  const counts = { connections: 0, unreadable: 0 };
  const stream = { kind: 'source', topic: 'stream-1', name: 'demo', enabled: true } as ClientStream['stream'];
  const server = createEgressServer({
    admit: (authorization) =>
      admit(
        {
          tokens,
          streams: {
            find: async (clientId) => {
              if (clientId === 'lost')
                throw new ControlPlaneUnavailableError('ListExtendedStreams', 'UNAVAILABLE', 'away');
              return clientId === 'client-1' ? { clientId, stream } : undefined;
            },
          },
        },
        authorization,
      ),
    serve: ({ topic }, reader, signal) =>
      sendStream(
        {
          log,
          records: createRecordReader({
            contract: async () => definition,
            schemaById: async (id) => (id === 7 ? definition.schema.definition : undefined),
          }),
          topic,
          reader,
          onSent: () => {},
          onUnreadable: () => {
            counts.unreadable += 1;
          },
        },
        signal,
      ),
    clock,
    health: createHealth(),
    metrics: createMetrics(),
    logger,
    maxConnections,
    maxBufferedBytes: 1_000_000,
    onConnections: (count) => {
      counts.connections = count;
    },
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  closers.push(
    () => log.close(),
    () => server.close(),
  );

  const connect = (token = 'client-1', path = '/ws?asJson=true') => {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString('utf8')));
    return { socket, messages };
  };
  const refusal = async (token?: string, path?: string) => {
    const { socket } = connect(token, path);
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    return response.statusCode;
  };
  const produce = async (values: readonly Record<string, unknown>[]) => {
    await producer.append(
      values.map((fields) => {
        const event = schema.fromJsonText(
          JSON.stringify({
            strmMeta: { eventContractRef: definition.ref, consentLevels: [1] },
            uniqueIdentifier: null,
            consistentValue: 's',
            someSensitiveValue: null,
            notSensitiveValue: null,
            ...fields,
          }),
        );
        const value = encodeValue('confluent', 7, schema, event);
        return { topic: 'stream-1', partition: 0, key: null, value };
      }),
    );
  };
  return { connect, refusal, produce, producer, server, counts, url: `http://127.0.0.1:${port}`, text };
}

describe('GET /ws', () => {
  it('sends the events that come from now on as plain JSON with spaces, in order', async () => {
    const { connect, produce } = await setUp();
    await produce([{ consistentValue: 'before' }]);
    const { socket, messages } = connect();
    await once(socket, 'open');
    // Reading has begun once an event arrives.
    await eventually('the first event', async () => {
      await produce([{ consistentValue: 'now' }]);
      return messages.length > 0;
    });
    await produce([{ consistentValue: 'a' }, { consistentValue: 'b' }]);
    await eventually('the last event', () => messages.at(-1)?.includes('"consistentValue": "b"'));
    expect(messages[0]).toContain('"consistentValue": "now", "someSensitiveValue": null');
    expect(messages.at(-2)).toContain('"consistentValue": "a"');
  });

  it('passes over what nothing explains, and counts it', async () => {
    const { connect, produce, producer, counts } = await setUp();
    const { socket, messages } = connect();
    await once(socket, 'open');
    await eventually('an event', async () => {
      await producer.append([
        { topic: 'stream-1', partition: 0, key: null, value: Buffer.from([0, 0, 0, 0, 9, 1]) },
      ]);
      await produce([{}]);
      return messages.length > 0;
    });
    expect(counts.unreadable).toBeGreaterThan(0);
  });

  it.each([
    ['without a token', '', '/ws', 401],
    ['for a client that no stream has', 'other', '/ws', 403],
    ['while the control plane is needed and away', 'lost', '/ws', 503],
    ['anywhere else', 'client-1', '/wss', 404],
  ])('refuses a connection %s', async (_case, token, path, status) => {
    const { refusal } = await setUp();
    expect(await refusal(token, path)).toBe(status);
  });

  it('refuses a reader too many, and takes one again when another has left', async () => {
    const { connect, refusal, counts } = await setUp({ maxConnections: 1 });
    const { socket } = connect();
    await once(socket, 'open');
    expect(await refusal('client-1')).toBe(503);
    socket.close();
    await eventually('nobody', () => counts.connections === 0);
    await once(connect().socket, 'open');
  });

  it('tells a request that is no upgrade what is wanted', async () => {
    const { url } = await setUp();
    const answers = await Promise.all(
      ['/ws', '/is-alive', '/', '/nothing'].map((path) => fetch(`${url}${path}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([426, 200, 200, 404]);
  });

  it('closes with 1001 when it stops, so that readers come back', async () => {
    const { connect, server } = await setUp();
    const { socket } = connect();
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await server.close();
    expect((await closed)[0]).toBe(1001);
  });

  it('closes with 1001 while the topic is not there yet', async () => {
    const { connect } = await setUp({ withTopic: false });
    const { socket } = connect();
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1001);
  });
});
