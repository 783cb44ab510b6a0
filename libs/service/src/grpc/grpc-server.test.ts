import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import { constants } from 'node:http2';
import { eventually } from '@ccd/testkit';
import { Client, credentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startOurs } from '../testing/grpc-servers.ts';
import { callWire, connectWire } from '../testing/grpc-wire.ts';
import { testCertificate } from '../testing/test-certificate.ts';
import { frameMessage } from './grpc-messages.ts';
import { createGrpcServer } from './grpc-server.ts';
import type { GrpcServerOptions } from './grpc-server.ts';
import { toGrpcResponse } from './grpc-response.ts';
import { grpcStatus } from './grpc-status.ts';

const hello = frameMessage(Buffer.from('hello'));
const usual = { ':method': 'POST', te: 'trailers', 'content-type': 'application/grpc' };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(options: Partial<GrpcServerOptions> = {}) {
  const server = await startOurs(options);
  const wire = await connectWire(server.port);
  closers.push(
    () => server.stop(),
    () => {
      wire.destroy();
    },
  );
  return { server, wire };
}

function begin(wire: Awaited<ReturnType<typeof connectWire>>, method: string) {
  const stream = wire.request({ ...usual, ':path': `/test.Test/${method}` });
  stream.on('error', () => {});
  return stream;
}

describe(createGrpcServer, () => {
  it.each([
    ['a message that is cut off', [hello.subarray(0, 8)], grpcStatus.INTERNAL],
    ['a prefix that is cut off', [hello.subarray(0, 3)], grpcStatus.INTERNAL],
    ['a flag that is none', [Buffer.from([7, 0, 0, 0, 0])], grpcStatus.INTERNAL],
    ['compression of which nothing was said', [Buffer.from([1, 0, 0, 0, 1, 65])], grpcStatus.INTERNAL],
  ])('refuses %s', async (_what, body, code) => {
    const { wire } = await open();
    for (const method of ['Echo', 'Collect']) {
      await expect(callWire(wire, method, body)).resolves.toMatchObject({ grpcStatus: String(code) });
    }
  });

  it('sends no response that is larger than it may be', async () => {
    const { wire } = await open({ maxResponseBytes: 1_000 });
    const answer = await callWire(wire, 'Big', [frameMessage(Buffer.from('2000'))]);
    expect(answer.grpcStatus).toBe(String(grpcStatus.RESOURCE_EXHAUSTED));
  });

  it('ends a method that has answered before all of the request came', async () => {
    const { wire } = await open();
    const stream = begin(wire, 'Missing');
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(String(headers['grpc-status'])).toBe(String(grpcStatus.UNIMPLEMENTED));
    stream.end(hello);
    await once(stream, 'close');
    await expect(callWire(wire, 'Echo', [hello])).resolves.toMatchObject({ grpcStatus: '0' });
  });

  it.each(['Echo', 'Hang', 'Missing', 'Collect', 'Chat'])(
    'takes no harm from calls of %s that are reset as they begin',
    async (method) => {
      const { wire } = await open();
      for (const type of ['application/grpc', 'text/plain']) {
        const path = `/test.Test/${method}`;
        const streams = Array.from({ length: 40 }, () =>
          wire.request({ ...usual, 'content-type': type, ':path': path }),
        );
        const closed = streams.map((stream) =>
          once(
            stream.on('error', () => {}),
            'close',
          ).catch(() => {}),
        );
        for (const stream of streams) {
          stream.write(hello);
          stream.close(constants.NGHTTP2_CANCEL);
        }
        await Promise.all(closed);
      }
      await expect(callWire(wire, 'Echo', [hello])).resolves.toMatchObject({ grpcStatus: '0' });
    },
  );

  it('takes no harm from methods of HTTP that are none of gRPC', async () => {
    const { wire } = await open();
    for (const method of ['HEAD', 'GET', 'PUT', 'OPTIONS']) {
      const stream = wire.request({ ...usual, ':method': method, ':path': '/test.Test/Echo' });
      stream
        .on('error', () => {})
        .resume()
        .end();
      await once(stream, 'close').catch(() => {});
    }
    await expect(callWire(wire, 'Echo', [hello])).resolves.toMatchObject({ grpcStatus: '0' });
  });

  it('says that it failed where the metadata of an answer is none that can be sent', async () => {
    const response = toGrpcResponse(Buffer.alloc(0), { 'not a name': 'x' });
    const { wire } = await open({
      methods: new Map([['/test.Test/Wrong', { kind: 'unary', respond: async () => response }]]),
    });
    const answer = await callWire(wire, 'Wrong', [hello]);
    expect(answer).toMatchObject({ grpcStatus: '13', message: 'the server failed', trailersOnly: true });
  });

  it('holds back a stream of responses that nobody reads, and stops it when its reader goes', async () => {
    const endless = { produced: 0, isOver: false };
    const { wire } = await open({
      methods: new Map([
        [
          '/test.Test/Endless',
          {
            kind: 'streaming',
            async *respond() {
              try {
                for (;;) {
                  endless.produced += 1;
                  yield Buffer.alloc(10_000);
                }
              } finally {
                endless.isOver = true;
              }
            },
          },
        ],
      ]),
    });
    const stream = begin(wire, 'Endless');
    stream.end(hello);
    stream.pause();
    await once(stream, 'response');
    const seen = await eventually('it is held back', async () => {
      const before = endless.produced;
      await new Promise((resolve) => {
        wire.ping(resolve);
      });
      return before > 0 && before === endless.produced ? before : undefined;
    });
    expect(seen).toBeLessThan(100);
    stream.close(constants.NGHTTP2_CANCEL);
    await eventually('it stops', () => endless.isOver);
  });

  it('lets a connection have so many calls at a time', async () => {
    const { wire } = await open({ maxConcurrentStreams: 2 });
    await callWire(wire, 'Echo', [hello]);
    expect(wire.remoteSettings.maxConcurrentStreams).toBe(2);
    const [first, second, third] = ['Hang', 'Hang', 'Echo'].map((method) => begin(wire, method));
    for (const stream of [first, second, third]) stream?.end(hello);
    let isAnswered = false;
    third?.on('response', () => {
      isAnswered = true;
    });
    await new Promise((resolve) => {
      wire.ping(resolve);
    });
    expect(isAnswered).toBe(false);
  });

  it('takes no headers that are larger than they may be', async () => {
    const { wire } = await open({ maxHeaderBytes: 4_000 });
    // The limit holds once the client has confirmed it.
    await callWire(wire, 'Echo', [hello]);
    const tooLarge = callWire(wire, 'Echo', [hello], { text: 'x'.repeat(5_000) });
    await expect(tooLarge).rejects.toThrow('NGHTTP2_ENHANCE_YOUR_CALM');
    const other = await connectWire((await open()).server.port);
    closers.push(() => {
      other.destroy();
    });
    await expect(callWire(other, 'Echo', [hello], { text: 'x'.repeat(5_000) })).resolves.toMatchObject({
      grpcStatus: '0',
    });
  });

  it('cuts a connection from which nothing comes and that does not answer', async () => {
    const { server } = await open({ keepAliveMs: 40, keepAliveTimeoutMs: 40 });
    const silent = connectSocket(server.port, '127.0.0.1').resume();
    silent.on('error', () => {});
    await once(silent, 'close');
    expect(silent.destroyed).toBe(true);
  });

  it('keeps a connection that answers', async () => {
    const { wire } = await open({ keepAliveMs: 20, keepAliveTimeoutMs: 10_000 });
    let pings = 0;
    wire.on('ping', () => {
      pings += 1;
    });
    await eventually('it was asked twice', () => pings >= 2);
    await expect(callWire(wire, 'Echo', [hello])).resolves.toMatchObject({ grpcStatus: '0' });
  });

  it('lets calls that run end when it stops, and takes no more', async () => {
    const { server, wire } = await open();
    const chat = begin(wire, 'Chat');
    chat.write(hello);
    await once(chat, 'data');
    const goaway = once(wire, 'goaway');
    const stopped = server.stop(30_000);
    await goaway;
    const late = connectSocket(server.port, '127.0.0.1');
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const ended = once(chat, 'trailers');
    chat.end();
    const [trailers] = (await ended) as [Record<string, unknown>];
    expect(trailers['grpc-status']).toBe('0');
    await stopped;
  });

  it('cuts calls and connections that do not end when it stops', async () => {
    const { server, wire } = await open();
    const silent = connectSocket(server.port, '127.0.0.1');
    silent.on('error', () => {});
    await once(silent, 'connect');
    const hanging = begin(wire, 'Hang');
    hanging.end(hello);
    await callWire(wire, 'Echo', [hello]);
    await server.stop(1);
    await eventually('the work ends', () => server.cancelled() === 1);
    expect(hanging.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR);
  });

  it('says which address it could not take', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    closers.push(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const server = createGrpcServer({
      methods: new Map(),
      onUnforeseen: () => ({ code: grpcStatus.INTERNAL, message: '' }),
    });
    await expect(server.listen({ host: '127.0.0.1', port })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another program uses this port`,
    );
    await server.close(0);
  });

  it('speaks TLS where it has a certificate, beside cleartext', async () => {
    const server = createGrpcServer({
      methods: new Map([
        ['/test.Test/Echo', { kind: 'unary', respond: async (request) => toGrpcResponse(request) }],
      ]),
      onUnforeseen: () => ({ code: grpcStatus.INTERNAL, message: '' }),
    });
    closers.push(() => server.close(0));
    const certificate = testCertificate();
    const ports = [
      await server.listen({ host: '127.0.0.1', port: 0, certificate }),
      await server.listen({ host: '127.0.0.1', port: 0 }),
    ];
    const channels = [credentials.createSsl(Buffer.from(certificate.cert)), credentials.createInsecure()];
    const answers = channels.map(
      (channel, index) =>
        new Promise((resolve, reject) => {
          const client = new Client(`localhost:${ports[index]}`, channel);
          closers.push(() => {
            client.close();
          });
          const asItIs = (bytes: Buffer): Buffer => bytes;
          client.makeUnaryRequest(
            '/test.Test/Echo',
            asItIs,
            asItIs,
            Buffer.from('hello'),
            (error, answer) => {
              if (error !== null) reject(error);
              else resolve(answer?.toString());
            },
          );
        }),
    );
    await expect(Promise.all(answers)).resolves.toEqual(['hello', 'hello']);
  });
});
