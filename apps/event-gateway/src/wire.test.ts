import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect } from 'node:net';
import { eventually } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definition, sampleEvent } from './testing/events.ts';
import { parseAnswers, sendRaw } from './testing/exchange.ts';
import type { GatewayRig } from './testing/gateway-rig.ts';
import { startGatewayRig } from './testing/gateway-rig.ts';

/** Where the sender is known a body goes from the parser to its collector; elsewhere it is a stream by then. */
const rigs: Partial<Record<'known' | 'unknown', GatewayRig>> = {};
let rig: GatewayRig;
beforeAll(async () => {
  const protocol = { requestTimeoutMs: 400, maxHeaderBytes: 4_000 };
  rigs.known = await startGatewayRig({ protocol, known: true });
  rigs.unknown = await startGatewayRig({ protocol, known: false });
});
afterAll(() => Promise.all([rigs.known?.stop(), rigs.unknown?.stop()]));

const use = (senders: 'known' | 'unknown'): void => {
  const chosen = rigs[senders];
  if (chosen === undefined) throw new TypeError('the rigs are started');
  rig = chosen;
};

const body = JSON.stringify(sampleEvent());
const length = `content-length: ${body.length}`;
const sender = ['authorization: Bearer stream-demo', `strm-schema-ref: ${definition.ref}`];

const head = (...headers: readonly string[]): string =>
  ['POST /event HTTP/1.1', 'host: a', ...sender, ...headers, '', ''].join('\r\n');

async function statuses(...parts: readonly string[]): Promise<readonly number[]> {
  return parseAnswers(await sendRaw(rig.port, ...parts)).map(({ status }) => status);
}

describe.each(['known', 'unknown'] as const)('on the wire of HTTP/1.1, of a sender who is %s', (senders) => {
  beforeAll(() => {
    use(senders);
  });

  it.each<[string, readonly string[], readonly number[]]>([
    ['a request', [head('connection: close', length), body], [204]],
    [
      'a body in chunks',
      [
        head('connection: close', 'transfer-encoding: chunked'),
        ...[body.slice(0, 9), body.slice(9)].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`),
        '0\r\n\r\n',
      ],
      [204],
    ],
    ['a body byte by byte', [head('connection: close', length), ...Array.from(body)], [204]],
    [
      'two requests, one after the other',
      [head(length) + body + head('connection: close', length) + body],
      [204, 204],
    ],
    [
      'three requests, the second of which is refused',
      [head(length) + body + head('content-length: 2') + '{}' + head('connection: close', length) + body],
      [204, 400, 204],
    ],
    [
      'a request after one whose body is not read',
      [head('content-encoding: br', length) + body + head('connection: close', length) + body],
      [415, 204],
    ],
    [
      'HTTP/1.0, without a host',
      [`POST /event HTTP/1.0\r\n${sender.join('\r\n')}\r\n${length}\r\n\r\n${body}`],
      [204],
    ],
    [
      'the absolute form',
      [
        `POST http://gateway/event HTTP/1.1\r\nhost: a\r\n${sender.join('\r\n')}\r\nconnection: close\r\n${length}\r\n\r\n${body}`,
      ],
      [204],
    ],
    [
      'an offer to change to h2c',
      [
        head(
          'connection: upgrade, close',
          'upgrade: h2c',
          'http2-settings: AAMAAABkAAQAoAAAAAIAAAAA',
          length,
        ),
        body,
      ],
      [204],
    ],
    [
      'a wait for 100 Continue',
      [head('connection: close', 'expect: 100-continue', length), body],
      [100, 204],
    ],
    [
      'two tokens, of which the first counts',
      [head('authorization: Bearer other', 'connection: close', length), body],
      [204],
    ],
    [
      'two schema references, which are none',
      [head('strm-schema-ref: a/b/1.0.0', 'connection: close', length), body],
      [400],
    ],
    [
      'an expectation that nobody knows',
      [head('expect: 200-maybe', 'connection: close', length), body],
      [417],
    ],
    ['no host', [`POST /event HTTP/1.1\r\n${sender.join('\r\n')}\r\n${length}\r\n\r\n${body}`], [400]],
    ['two lengths', [head(length, 'content-length: 1'), body], [400]],
    ['a length and chunks', [head(length, 'transfer-encoding: chunked'), body], [400]],
    ['a length that is none', [head('content-length: -1')], [400]],
    ['a chunk that is none', [head('transfer-encoding: chunked'), 'xyz\r\n'], [400]],
    ['a header that is none', [head('no colon', length), body], [400]],
    ['a control character in a header', [head('x: a\0b', length), body], [400]],
    ['a line that is folded', [head('x: a\r\n b', length), body], [400]],
    ['a version that is none', ['POST /event HTTP/9.9\r\n\r\n'], [400]],
    ['a method that is none', ['PUSH /event HTTP/1.1\r\nhost: a\r\n\r\n'], [400]],
    ['headers that are too large', [head(`x: ${'x'.repeat(4_000)}`, length), body], [431]],
    ['half a head', [head(length).slice(0, 60)], [408]],
    ['half a body', [head(length), body.slice(1)], [408]],
    ['no body at all', [head(length)], [408]],
  ])('%s is answered as it should be', async (_case, parts, expected) => {
    await expect(statuses(...parts)).resolves.toEqual(expected);
  });

  it('does not ask for the body of a request that it refuses, and ends the connection', async () => {
    const expecting = head('expect: 100-continue', 'content-encoding: gzip', length);
    await expect(statuses(expecting)).resolves.toEqual([415]);
    const large = head('expect: 100-continue', 'content-length: 10001');
    await expect(statuses(large)).resolves.toEqual([413]);
  });

  it('lets a client that sends too much read why', async () => {
    const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
    const sent = await sendRaw(
      rig.port,
      head('connection: close', 'transfer-encoding: chunked'),
      chunk.repeat(50),
      '0\r\n\r\n',
    );
    expect(parseAnswers(sent)).toMatchObject([{ status: 413, body: 'The event is larger than 10000 bytes' }]);
  });

  it('stores nothing of a request whose sender has gone', async () => {
    const stored = (await rig.stored()).length;
    const socket = connect(rig.port, '127.0.0.1');
    socket.write(head(length) + body.slice(0, -1));
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await eventually('the next request is served', async () => (await rig.send(body)).status === 204);
    expect(await rig.stored()).toHaveLength(stored + 1);
  });
});

describe.each(['known', 'unknown'] as const)('on the wire of HTTP/2, of a sender who is %s', (senders) => {
  beforeAll(() => {
    use(senders);
  });

  const headers = {
    ':method': 'POST',
    ':path': '/event',
    authorization: 'Bearer stream-demo',
    'strm-schema-ref': definition.ref,
  };

  async function withSession<T>(work: (session: ReturnType<typeof connectHttp2>) => Promise<T>): Promise<T> {
    const session = connectHttp2(rig.url);
    session.on('error', () => {});
    try {
      return await work(session);
    } finally {
      session.destroy();
    }
  }

  const post = async (session: ReturnType<typeof connectHttp2>, more: Record<string, string> = {}) => {
    const stream = session.request({ ...headers, ...more });
    stream.end(body);
    const [answer] = (await once(stream, 'response')) as [{ ':status'?: number }];
    stream.resume();
    await once(stream, 'close');
    return answer[':status'];
  };

  it('answers many requests on one connection', async () => {
    const answers = await withSession((session) =>
      Promise.all(Array.from({ length: 8 }, () => post(session))),
    );
    expect(answers).toEqual(Array.from({ length: 8 }, () => 204));
  });

  it.each([
    ['headers that are too large', { x: 'x'.repeat(4_000) }, 431],
    ['an expectation that nobody knows', { expect: '200-maybe' }, 417],
  ])('refuses %s, and serves the others', async (_case, more: Record<string, string>, status) => {
    await withSession(async (session) => {
      session.on('error', () => {});
      const stream = session.request({ ...headers, ...more });
      stream.on('error', () => {});
      const [answer] = (await once(stream, 'response')) as [{ ':status'?: number }];
      expect(answer[':status']).toBe(status);
      await expect(post(session)).resolves.toBe(204);
    });
  });

  it('resets a stream with more headers than it looks at', async () => {
    await withSession(async (session) => {
      await once(session, 'remoteSettings');
      const stream = session.request({ ...headers, x: 'x'.repeat(9_000) });
      await expect(once(stream, 'response')).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
      await expect(post(session)).resolves.toBe(204);
    });
  });

  it('asks a client that waits for it to go on', async () => {
    await withSession(async (session) => {
      const stream = session.request({ ...headers, expect: '100-continue' });
      stream.once('continue', () => stream.end(body));
      const [answer] = (await once(stream, 'response')) as [{ ':status'?: number }];
      expect(answer[':status']).toBe(204);
    });
  });

  it('stores nothing of a stream that is reset, and serves the others', async () => {
    const stored = (await rig.stored()).length;
    await withSession(async (session) => {
      for (let count = 0; count < 5; count += 1) {
        const stream = session.request(headers);
        stream.on('error', () => {});
        stream.write(body.slice(0, -1));
        stream.close(constants.NGHTTP2_CANCEL);
      }
      await expect(post(session)).resolves.toBe(204);
    });
    expect(await rig.stored()).toHaveLength(stored + 1);
  });

  it('answers a body that is too large while the client still sends it', async () => {
    await withSession(async (session) => {
      const stream = session.request(headers);
      stream.on('error', () => {});
      stream.write(Buffer.alloc(30_000));
      const [answer] = (await once(stream, 'response')) as [{ ':status'?: number }];
      expect(answer[':status']).toBe(413);
      await expect(post(session)).resolves.toBe(204);
    });
  });
});
