import { gzipSync, deflateSync } from 'node:zlib';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { CallOptions, ServiceError } from '@grpc/grpc-js';
import { eventually } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClientHttp2Session } from 'node:http2';
import { failure, maxRequestBytes, startOurs, startTheirs } from '../testing/grpc-servers.ts';
import type { TestServer } from '../testing/grpc-servers.ts';
import { callWire, connectWire } from '../testing/grpc-wire.ts';
import { frameMessage } from './grpc-messages.ts';

const asItIs = (bytes: Buffer): Buffer => bytes;
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const compressed = (bytes: Uint8Array, flag = 1): Buffer => {
  const frame = frameMessage(bytes);
  frame[0] = flag;
  return frame;
};
const hello = frameMessage(Buffer.from('hello'));

// What clients see may not depend on whose server it is.
describe.each([
  ['ours', startOurs],
  ['@grpc/grpc-js', startTheirs],
])('a gRPC server: %s', (_, start: () => Promise<TestServer>) => {
  let server: TestServer;
  let client: Client;
  let wire: ClientHttp2Session;
  beforeAll(async () => {
    server = await start();
    client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
    wire = await connectWire(server.port);
  });
  afterAll(async () => {
    client.close();
    wire.destroy();
    await server.stop();
  });

  interface Unary {
    readonly metadata?: Metadata;
    readonly options?: CallOptions;
  }
  const call = (method: string, request: string | Buffer, { metadata, options }: Unary = {}) =>
    new Promise<{ readonly response: Buffer; readonly beside: Metadata }>((resolve, reject) => {
      let beside = new Metadata();
      client
        .makeUnaryRequest(
          `/test.Test/${method}`,
          asItIs,
          asItIs,
          Buffer.from(request),
          metadata ?? new Metadata(),
          options ?? {},
          (error, response) => {
            if (error !== null) reject(error);
            else resolve({ response: response ?? Buffer.alloc(0), beside });
          },
        )
        .on('metadata', (received) => {
          beside = received;
        });
    });

  it('answers a unary call, with the metadata beside it', async () => {
    const metadata = new Metadata();
    metadata.set('text', 'a, b=%20');
    metadata.set('data-bin', Buffer.from([0, 255, 10]));
    const { response, beside } = await call('Echo', 'hello', { metadata });
    expect(textOf(response)).toBe('hello');
    expect([beside.get('text'), beside.get('data-bin')]).toEqual([['a, b=%20'], [Buffer.from([0, 255, 10])]]);
  });

  it('answers with an empty message', async () => {
    await expect(call('Echo', '')).resolves.toMatchObject({ response: Buffer.alloc(0) });
  });

  it('answers calls of one connection beside each other', async () => {
    const answers = Array.from({ length: 50 }, (_unused, index) => call('Echo', String(index)));
    const texts = (await Promise.all(answers)).map(({ response }) => textOf(response));
    expect(texts).toEqual(texts.map((_unused, index) => String(index)));
  });

  it('answers with more than a window holds', async () => {
    const { response } = await call('Big', '5000000');
    expect(response.equals(Buffer.alloc(5_000_000, 7))).toBe(true);
  });

  const failing = (method: string, request: string | Buffer, options: CallOptions = {}) =>
    call(method, request, { options }).then(
      () => ({ code: status.OK, details: '' }),
      (error: unknown) => {
        const { code, details } = error as ServiceError;
        return { code, details };
      },
    );

  it.each([
    ['its code and words', 'Fail', '', { code: status.NOT_FOUND, details: failure }],
    ['nothing of an error inside', 'Break', '', { code: status.INTERNAL, details: 'the server failed' }],
    [
      'that there is no such method',
      'Missing',
      '',
      { code: status.UNIMPLEMENTED, details: 'The server does not implement the method /test.Test/Missing' },
    ],
  ])('tells a caller %s', async (_what, method, request, expected) => {
    await expect(failing(method, request)).resolves.toEqual(expected);
  });

  it('refuses a request that is larger than it takes', async () => {
    await expect(failing('Echo', Buffer.alloc(maxRequestBytes + 1))).resolves.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });

  it('ends a call at its deadline, and the work for it', async () => {
    const before = server.cancelled();
    await expect(failing('Hang', '', { deadline: Date.now() + 50 })).resolves.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
    });
    await eventually('the work is cancelled', () => server.cancelled() === before + 1);
  });

  it('ends the work for a call that its caller cancels, and serves on', async () => {
    const before = server.cancelled();
    const hanging = client.makeUnaryRequest('/test.Test/Hang', asItIs, asItIs, Buffer.alloc(0), () => {});
    await call('Echo', 'arrived later');
    hanging.cancel();
    await eventually('the work is cancelled', () => server.cancelled() === before + 1);
    await expect(call('Echo', 'on')).resolves.toMatchObject({ response: Buffer.from('on') });
  });

  it('takes a stream of requests', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const stream = client.makeClientStreamRequest(
        '/test.Test/Collect',
        asItIs,
        asItIs,
        (error, response) => {
          if (error !== null) reject(error);
          else resolve(textOf(response ?? Buffer.alloc(0)));
        },
      );
      for (const part of ['a', 'b', '', 'c']) stream.write(Buffer.from(part));
      stream.end();
    });
    expect(answer).toBe('abc');
  });

  it('sends a stream of responses', async () => {
    const stream = client.makeServerStreamRequest('/test.Test/Count', asItIs, asItIs, Buffer.from('500'));
    const received: string[] = [];
    for await (const response of stream) received.push(textOf(response as Buffer));
    expect(received).toEqual(Array.from({ length: 500 }, (_unused, index) => String(index + 1)));
  });

  it('ends a stream of responses with an error', async () => {
    const stream = client.makeServerStreamRequest('/test.Test/CountAndFail', asItIs, asItIs, Buffer.alloc(0));
    const received: string[] = [];
    const reading = (async () => {
      for await (const response of stream) received.push(textOf(response as Buffer));
    })();
    await expect(reading).rejects.toMatchObject({ code: status.NOT_FOUND, details: failure });
    expect(received).toEqual(['1']);
  });

  it('answers each of a stream of requests before the next is sent', async () => {
    const stream = client.makeBidiStreamRequest('/test.Test/Chat', asItIs, asItIs);
    const answers = stream[Symbol.asyncIterator]();
    for (const request of ['one', 'two']) {
      stream.write(Buffer.from(request));
      const next = await answers.next();
      expect(textOf(next.value as Buffer)).toBe(request);
    }
    stream.end();
    await expect(answers.next()).resolves.toMatchObject({ done: true });
  });

  describe('by its frames', () => {
    it.each([
      ['application/grpc', '200'],
      ['application/grpc+proto', '200'],
      ['application/grpc;charset=utf-8', '200'],
      ['application/json', '415'],
      ['text/plain', '415'],
    ])('answers the content type %s with %s', async (type, expected) => {
      const answer = await callWire(wire, 'Echo', [hello], { 'content-type': type });
      expect(answer.status).toBe(expected);
      expect(answer.body.toString()).toBe(expected === '200' ? hello.toString() : '');
    });

    it('ends a call that was answered with status 0 in trailers', async () => {
      const { headers, ...rest } = await callWire(wire, 'Echo', [hello]);
      expect(rest).toMatchObject({ status: '200', trailersOnly: false, grpcStatus: '0', body: hello });
      expect(headers['content-type']).toBe('application/grpc+proto');
      expect(headers['grpc-accept-encoding']).toBe('identity,deflate,gzip');
    });

    it.each(['Fail', 'Missing'])('answers %s in trailers alone, under HTTP status 200', async (method) => {
      const { headers, ...rest } = await callWire(wire, method, [hello]);
      expect(rest).toMatchObject({ status: '200', trailersOnly: true });
      expect(headers['content-type']).toMatch(/^application\/grpc/);
    });

    it('puts a message together that comes byte by byte', async () => {
      const bytes = [...hello].map((byte) => Uint8Array.of(byte));
      await expect(callWire(wire, 'Echo', bytes)).resolves.toMatchObject({ grpcStatus: '0', body: hello });
    });

    it.each([
      ['gzip', gzipSync('hello')],
      ['deflate', deflateSync('hello')],
    ])('takes a message in %s', async (encoding, bytes) => {
      const answer = await callWire(wire, 'Echo', [compressed(bytes)], { 'grpc-encoding': encoding });
      expect(answer).toMatchObject({ grpcStatus: '0', body: hello });
    });

    it.each([
      ['an encoding that it does not know', [compressed(Buffer.from('x'))], 'br', status.UNIMPLEMENTED],
      ['what is not in its encoding', [compressed(Buffer.from('x'))], 'gzip', status.INTERNAL],
      [
        'a message that grows beyond what it takes',
        [compressed(gzipSync(Buffer.alloc(maxRequestBytes * 10)))],
        'gzip',
        status.RESOURCE_EXHAUSTED,
      ],
      ['no message', [], 'identity', status.UNIMPLEMENTED],
      ['two messages', [hello, hello], 'identity', status.UNIMPLEMENTED],
      [
        'the announcement of more than it takes',
        [Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1])],
        'identity',
        status.RESOURCE_EXHAUSTED,
      ],
    ])('refuses %s', async (_what, body, encoding, code) => {
      const answer = await callWire(wire, 'Echo', body, { 'grpc-encoding': encoding });
      expect(answer).toMatchObject({ status: '200', grpcStatus: String(code) });
    });

    it.each(['5', '1X', 'S', ''])('refuses the time limit "%s"', async (limit) => {
      const answer = await callWire(wire, 'Echo', [hello], { 'grpc-timeout': limit });
      expect(answer.grpcStatus).toBe(String(status.INTERNAL));
    });

    it.each(['1H', '1M', '30S', '20000m', '20000000u', '99999999n'])(
      'answers within the time limit %s',
      async (limit) => {
        await expect(callWire(wire, 'Echo', [hello], { 'grpc-timeout': limit })).resolves.toMatchObject({
          grpcStatus: '0',
        });
      },
    );
  });
});
