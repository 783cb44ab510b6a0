import { once } from 'node:events';
import { connect as connect2, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { eventually, scratchDir } from '@ccd/testkit';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCertificateWatch, readCertificateFiles } from './certificate-files.ts';
import { createDualProtocolServer } from './dual-protocol-server.ts';
import type { DualProtocolOptions, DualProtocolServer } from './dual-protocol-server.ts';
import { createCapturingLogger } from './testing/capturing-logger.ts';
import { otherTestCertificate, testCertificate } from './testing/test-certificate.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Served {
  readonly server: DualProtocolServer;
  readonly port: number;
  readonly url: string;
  readonly begun: () => number;
}

/** A server that answers with the version and a body that it has read. */
async function serve(options: DualProtocolOptions = {}, hold?: Promise<unknown>): Promise<Served> {
  let begun = 0;
  const server = createDualProtocolServer(
    {
      requestListener: (request, response) => {
        begun += 1;
        request.resume().on('end', () => {
          void (hold ?? Promise.resolve()).then(() => {
            if (!response.destroyed) response.end(request.httpVersion);
          });
        });
      },
    },
    options,
  );
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  closers.push(() => server.close(0));
  return { server, port, url: `127.0.0.1:${port}`, begun: () => begun };
}

function openSocket(port: number) {
  const socket = connectSocket(port, '127.0.0.1');
  socket.on('error', () => {});
  closers.push(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  return { socket, text: () => text, closed: once(socket, 'close') };
}

function openSession(url: string, ca?: string) {
  const session = connect2(url, ca === undefined ? {} : { ca, servername: 'localhost' });
  session.on('error', () => {});
  closers.push(() => {
    session.destroy();
  });
  return session;
}

async function get(session: ReturnType<typeof openSession>): Promise<string> {
  const stream = session.request({ ':path': '/' });
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** A clock whose sleepers wake when they are told to. */
function createSteps() {
  let wake = (): void => {};
  return {
    step: () => {
      wake();
    },
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      }),
  };
}

describe('one port', () => {
  it('speaks TLS and cleartext, HTTP/1.1 and HTTP/2, where it is told to', async () => {
    const { cert, key } = testCertificate();
    const { url, port } = await serve({ tls: { cert, key }, cleartext: true });
    await expect(get(openSession(`http://${url}`))).resolves.toBe('2.0');
    await expect(get(openSession(`https://${url}`, cert))).resolves.toBe('2.0');
    await expect((await fetch(`http://${url}`)).text()).resolves.toBe('1.1');
    const socket = connectTls({ port, ca: cert, servername: 'localhost' });
    socket.end('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it('speaks no cleartext beside TLS unless it is told to', async () => {
    const { port } = await serve({ tls: testCertificate() });
    const { socket, text, closed } = openSocket(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await closed;
    expect(text()).toBe('');
  });

  it('survives handshakes that fail', async () => {
    const { cert, key } = testCertificate();
    const { url, port } = await serve({ tls: { cert, key } });
    for (const garbage of ['\x16\x03\x01\x00\x05hello', '\x16']) {
      const { socket, closed } = openSocket(port);
      socket.end(Buffer.from(garbage, 'latin1'));
      await closed;
    }
    await expect(get(openSession(`https://${url}`, cert))).resolves.toBe('2.0');
  });

  const scratch = scratchDir();
  it('uses another certificate once its files have changed, and not before both fit', async () => {
    const folder = scratch;
    const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
    const [first, second] = [testCertificate(), otherTestCertificate()];
    writeFileSync(files.certFile, first.cert);
    writeFileSync(files.keyFile, first.key);
    const current = readCertificateFiles(files);
    const { url, server } = await serve({ tls: current });
    const clock = createSteps();
    const { logger, entries } = createCapturingLogger();
    const watch = createCertificateWatch({
      files,
      current,
      use: (certificate) => {
        server.setCertificate(certificate);
      },
      clock,
      logger,
    });
    await watch.start?.(new AbortController().signal);
    closers.push(() => watch.stop?.(new AbortController().signal));

    writeFileSync(files.certFile, second.cert);
    clock.step();
    await eventually('the mismatch is noticed', () => entries.some(({ level }) => level === 'warn'));
    await expect(get(openSession(`https://${url}`, first.cert))).resolves.toBe('2.0');

    writeFileSync(files.keyFile, second.key);
    clock.step();
    await eventually('the new one is used', () => entries.some(({ level }) => level === 'info'));
    await expect(get(openSession(`https://${url}`, second.cert))).resolves.toBe('2.0');
  });
});

describe('a client that takes its time', () => {
  it('is answered 408 and closed when it does not finish its headers', async () => {
    const { port } = await serve({ requestTimeoutMs: 50 });
    const { socket, text, closed } = openSocket(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n');
    await closed;
    expect(text()).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is answered 408 and closed when it trickles its body', async () => {
    const { port } = await serve({ requestTimeoutMs: 100 });
    const { socket, text, closed } = openSocket(port);
    socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n');
    const trickle = setInterval(() => socket.write('x'), 10);
    await closed;
    clearInterval(trickle);
    expect(text()).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is closed when it stays silent between requests', async () => {
    const { port } = await serve({ idleTimeoutMs: 50 });
    const { socket, text, closed } = openSocket(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await closed;
    expect(text()).toMatch(/^HTTP\/1.1 200 /);
  });

  it('is closed when it opens an HTTP/2 connection and asks nothing', async () => {
    const { url } = await serve({ requestTimeoutMs: 50 });
    await once(openSession(`http://${url}`), 'close');
    const idle = await serve({ idleTimeoutMs: 50 });
    const session = openSession(`http://${idle.url}`);
    await expect(get(session)).resolves.toBe('2.0');
    await once(session, 'close');
  });
});

describe('a client that asks for too much', () => {
  it('is refused its connection beyond the limit, and served when there is room again', async () => {
    const { port, url } = await serve({ maxConnections: 2 });
    const held = [openSocket(port), openSocket(port)];
    await Promise.all(held.map(({ socket }) => once(socket, 'connect')));
    const { closed, text } = openSocket(port);
    await closed;
    expect(text()).toBe('');
    for (const { socket } of held) socket.destroy();
    await eventually('there is room again', async () => (await fetch(`http://${url}`)).ok);
  });

  it('is answered 431, or its stream is reset, when its headers are too large', async () => {
    const { port, url } = await serve({ maxHeaderBytes: 2_000 });
    const { socket, text, closed } = openSocket(port);
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(3_000)}\r\n\r\n`);
    await closed;
    expect(text()).toMatch(/^HTTP\/1.1 431 /);
    const session = openSession(`http://${url}`);
    await once(session, 'remoteSettings');
    const stream = session.request({ ':path': '/', x: 'x'.repeat(3_000) });
    await expect(once(stream, 'response')).rejects.toThrow('NGHTTP2_ENHANCE_YOUR_CALM');
  });

  it('is told how many streams it may open, and queues the others itself', async () => {
    const hold = Promise.withResolvers<undefined>();
    const { url, begun } = await serve({ maxConcurrentStreams: 3 }, hold.promise);
    const session = openSession(`http://${url}`);
    await once(session, 'remoteSettings');
    const all = Array.from({ length: 10 }, () => get(session));
    await eventually('some run', () => begun() === 3);
    hold.resolve(undefined);
    await expect(Promise.all(all)).resolves.toHaveLength(10);
  });

  it('is cut off when it opens streams and resets them, and costs others nothing', async () => {
    const { url, begun } = await serve();
    const session = openSession(`http://${url}`);
    await once(session, 'remoteSettings');
    const closed = new Promise((resolve) => session.on('close', resolve));
    let opened = 0;
    const flood = setInterval(() => {
      for (let count = 0; count < 100 && !session.closed && !session.destroyed; count += 1) {
        const stream = session.request({ ':method': 'POST', ':path': '/' });
        stream.on('error', () => {});
        stream.close(constants.NGHTTP2_CANCEL);
        opened += 1;
      }
    }, 1);
    await closed;
    clearInterval(flood);
    expect(opened).toBeGreaterThan(200);
    expect(begun()).toBeLessThan(1_000);
    await expect(get(openSession(`http://${url}`))).resolves.toBe('2.0');
  });
});

describe('a server that drains', () => {
  it('answers everybody who comes, and sends them away with the answer', async () => {
    const { server, url, port } = await serve();
    const session = openSession(`http://${url}`);
    await expect(get(session)).resolves.toBe('2.0');
    const { socket, text, closed } = openSocket(port);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await eventually('it is answered', () => text().includes('1.1'));
    expect(text()).toContain('Connection: keep-alive');

    const goaway = once(session, 'goaway');
    server.drain();
    expect(server.draining).toBe(true);
    await goaway;
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await closed;
    expect(text()).toContain('Connection: close');

    const late = openSession(`http://${url}`);
    const lateGoaway = once(late, 'goaway');
    await expect(get(late)).resolves.toBe('2.0');
    await lateGoaway;
  });

  it('closes connections that have nothing to say, and those that run once they are answered', async () => {
    const hold = Promise.withResolvers<undefined>();
    const { server, port, begun } = await serve({}, hold.promise);
    const [idle, running] = [openSocket(port), openSocket(port)];
    running.socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await eventually('it runs', () => begun() === 1);
    const closed = server.close(60_000);
    await idle.closed;
    hold.resolve(undefined);
    await running.closed;
    await closed;
    expect(running.text()).toMatch(/^HTTP\/1.1 200 /);
  });
});
