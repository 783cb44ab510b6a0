import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request as request1 } from 'node:http';
import { connect as connect2 } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { eventually } from '@ccd/testkit';
import { createDualProtocolServer } from './dual-protocol-server.ts';
import type { DualProtocolOptions, DualProtocolServer } from './dual-protocol-server.ts';
import type { DualRequestListener } from './protocol-servers.ts';
import { testCertificate } from './testing/test-certificate.ts';

const echo: DualRequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.end(`${request.httpVersion} ${request.url ?? ''} ${Buffer.concat(chunks).toString()}`);
  });
};

let server: DualProtocolServer | undefined;
const sessions: ClientHttp2Session[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close(0);
  server = undefined;
});

async function start(listener = echo, options: DualProtocolOptions = {}): Promise<number> {
  server = createDualProtocolServer({ requestListener: listener }, options);
  return server.listen({ host: '127.0.0.1', port: 0 });
}

function openSession(url: string, ca?: string): ClientHttp2Session {
  const session = connect2(url, ca === undefined ? {} : { ca });
  session.on('error', () => {});
  sessions.push(session);
  return session;
}

function openSocket(port: number): Socket {
  const socket = connectSocket(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

async function post2(session: ClientHttp2Session, path: string, body: string): Promise<string> {
  const stream = session.request({ ':method': 'POST', ':path': path });
  stream.end(body);
  return readAll(stream);
}

function post1(port: number, path: string, body: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = request1({ port, path, method: 'POST', host: '127.0.0.1', ...(agent && { agent }) });
    request.on('error', reject).on('response', (response) => {
      readAll(response).then(resolve, reject);
    });
    request.end(body);
  });
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

describe(createDualProtocolServer, () => {
  it('answers HTTP/1.1 and HTTP/2 with prior knowledge on one port', async () => {
    const port = await start();
    const session = openSession(`http://127.0.0.1:${port}`);
    await expect(post2(session, '/two', 'b')).resolves.toBe('2.0 /two b');
    await expect(post1(port, '/one', 'a')).resolves.toBe('1.1 /one a');
    await expect(post2(session, '/again', 'x'.repeat(100_000))).resolves.toHaveLength(100_011);
  });

  it('keeps an HTTP/1.1 connection for more requests', async () => {
    const port = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await post1(port, '/', 'a', agent);
    await expect(post1(port, '/', 'b', agent)).resolves.toBe('1.1 / b');
    agent.destroy();
  });

  it.each(['P', 'PR', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r'])(
    'waits for more after the first bytes %j',
    async (first) => {
      const port = await start();
      const socket = openSocket(port);
      await once(socket, 'connect');
      socket.write(first);
      await expect(post1(port, '/meanwhile', '')).resolves.toBe('1.1 /meanwhile ');
      const answered = once(socket, 'data');
      if (first.length > 2) socket.write('\n\0\0\0\x04\0\0\0\0\0');
      else
        socket.write(`${first === 'P' ? 'OST' : 'OXY'} / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n`);
      const [bytes] = (await answered) as [Buffer];
      const isSettingsFrame = bytes[3] === 4;
      expect(first.length > 2 ? isSettingsFrame : bytes.toString('latin1').startsWith('HTTP/1.1')).toBe(true);
    },
  );

  it('closes a connection that says nothing in time', async () => {
    const port = await start(echo, { firstBytesTimeoutMs: 20 });
    const socket = openSocket(port);
    await once(socket, 'close');
    await expect(post1(port, '/', 'still here')).resolves.toBe('1.1 / still here');
  });

  it.each(['\x16\x03\x01\x02\x00\x01', 'PRI * HTTP/1.1\r\n\r\n', '\0\0\0\0', 'hello\r\n\r\n'])(
    'refuses the garbage %j and lives on',
    async (garbage) => {
      const port = await start();
      const socket = openSocket(port);
      socket.end(Buffer.from(garbage, 'latin1'));
      socket.resume();
      await once(socket, 'close');
      await expect(post1(port, '/', 'b')).resolves.toBe('1.1 / b');
    },
  );

  it('survives an HTTP/2 preface that is followed by garbage', async () => {
    const port = await start();
    const socket = openSocket(port);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(Buffer.alloc(100, 0xff));
    socket.resume();
    await once(socket, 'close');
    await expect(post2(openSession(`http://127.0.0.1:${port}`), '/', 'b')).resolves.toBe('2.0 / b');
  });

  it('lets requests of both protocols end when it closes, and takes no more', async () => {
    const waiting: (() => void)[] = [];
    const port = await start((request, response) => {
      waiting.push(() => response.end(request.httpVersion));
    });
    const agent = new Agent({ keepAlive: true });
    const one = post1(port, '/', '', agent);
    const two = post2(openSession(`http://127.0.0.1:${port}`), '/', '');
    const silent = openSocket(port);
    await eventually('both requests run', () => waiting.length === 2);
    const closed = server?.close(60_000);
    await once(silent, 'close');
    await expect(post1(port, '/', '')).rejects.toThrow('ECONNREFUSED');
    for (const answer of waiting) answer();
    await expect(Promise.all([one, two])).resolves.toEqual(['1.1', '2.0']);
    await closed;
    agent.destroy();
  });

  it('cuts what is still running after the time of grace', async () => {
    const port = await start(() => {});
    const outcome = post1(port, '/', '').catch((error: unknown) => error);
    const session = openSession(`http://127.0.0.1:${port}`);
    session.request({ ':path': '/' }).on('error', () => {});
    await once(session, 'connect');
    await server?.close(10);
    await expect(outcome).resolves.toMatchObject({ code: 'ECONNRESET' });
  });

  it('chooses by ALPN where it has a certificate', async () => {
    const { cert, key } = testCertificate();
    const port = await start(echo, { tls: { cert, key } });
    const session = openSession(`https://localhost:${port}`, cert);
    await expect(post2(session, '/two', 'b')).resolves.toBe('2.0 /two b');
    const socket = connectTls({ port, host: 'localhost', ca: cert, servername: 'localhost' });
    socket.write('GET /one HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    await expect(readAll(socket)).resolves.toContain('1.1 /one');
  });
});
