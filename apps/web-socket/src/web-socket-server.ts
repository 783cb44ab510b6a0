import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DesiredStream } from '@ccd/controlplane';
import { LogUnavailableError, TopicNotFoundError } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import type { Health, Logger, Metrics } from '@ccd/service';
import { answerAdmin, errorFields } from '@ccd/service';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Admission, Refusal } from './admit.ts';
import { createSocketReader, SlowReaderError } from './socket-reader.ts';
import type { Reader } from './send-stream.ts';

export interface WebSocketServerOptions {
  readonly admit: (authorization: string | undefined) => Promise<Admission>;
  /** Sends a stream until the signal aborts. */
  readonly serve: (stream: DesiredStream, reader: Reader, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly maxConnections: number;
  readonly maxBufferedBytes: number;
  readonly onConnections: (count: number) => void;
}

export interface EgressServer {
  /** Resolves with the port. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Closes every connection with 1001, which tells existing clients to come back. */
  close(): Promise<void>;
}

const codes = { goingAway: 1001, failed: 1011, tryAgain: 1013 } as const;
const pingEveryMs = 30_000;
const closeGraceMs = 2_000;
/** Readers have nothing to say. */
const maxPayloadBytes = 1_024;

/** `GET /ws` beside `/is-alive` (which load balancers know as `/`), `/ready` and `/metrics`. */
export function createEgressServer(options: WebSocketServerOptions): EgressServer {
  const { admit, clock, health, metrics, logger, maxConnections, onConnections } = options;
  const stopping = new AbortController();
  const open = new Map<WebSocket, Promise<void>>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPayloadBytes,
    perMessageDeflate: false,
  });

  const server = createServer((request, response) => {
    const path = pathOf(request);
    void answerAdmin(path === '/' ? '/is-alive' : path, { health, metrics }).then((answer) => {
      if (answer === undefined) {
        const upgrade = path === '/ws';
        response
          .writeHead(upgrade ? 426 : 404, upgrade ? { upgrade: 'websocket', connection: 'Upgrade' } : {})
          .end();
        return;
      }
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => {
      logger.error({ error: errorFields(error) }, 'a reader could not be let in');
      refuse(socket, { status: 503, message: 'The reader could not be let in; try again' });
    });
  });

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (pathOf(request) !== '/ws') {
      refuse(socket, { status: 404, message: '' });
      return;
    }
    if (stopping.signal.aborted || open.size >= maxConnections) {
      refuse(socket, { status: 503, message: 'There are too many readers; try again' });
      return;
    }
    const admission = await admit(request.headers.authorization);
    if ('refusal' in admission) {
      refuse(socket, admission.refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connected) => {
      const running = run(connected, admission.stream).finally(() => {
        open.delete(connected);
        onConnections(open.size);
      });
      open.set(connected, running);
      onConnections(open.size);
    });
  }

  async function run(socket: WebSocket, stream: DesiredStream): Promise<void> {
    const left = new AbortController();
    const signal = AbortSignal.any([left.signal, stopping.signal]);
    const gone = new Promise<void>((resolve) => {
      socket.once('close', () => {
        left.abort();
        resolve();
      });
    });
    socket.on('error', () => {
      socket.terminate();
    });
    void keepAlive(socket, signal);
    const reader = createSocketReader(socket, { clock, signal, maxBufferedBytes: options.maxBufferedBytes });
    try {
      await options.serve(stream, reader, signal);
    } catch (error) {
      if (!signal.aborted) closeWith(socket, error);
    }
    if (stopping.signal.aborted) socket.close(codes.goingAway, 'the server stops');
    const timer = setTimeout(() => {
      socket.terminate();
    }, closeGraceMs);
    await gone;
    clearTimeout(timer);
  }

  /** Ends connections whose other side vanished without a word. */
  async function keepAlive(socket: WebSocket, signal: AbortSignal): Promise<void> {
    let alive = true;
    socket.on('pong', () => {
      alive = true;
    });
    try {
      while (!signal.aborted) {
        await clock.sleep(pingEveryMs, signal);
        if (!alive) socket.terminate();
        alive = false;
        socket.ping();
      }
    } catch {
      // The signal: the connection is over.
    }
  }

  function closeWith(socket: WebSocket, error: unknown): void {
    if (error instanceof SlowReaderError) socket.close(codes.tryAgain, error.message);
    else if (error instanceof TopicNotFoundError) socket.close(codes.goingAway, 'the stream is not ready');
    else if (error instanceof LogUnavailableError)
      socket.close(codes.goingAway, 'the event log does not answer');
    else {
      logger.error({ error: errorFields(error) }, 'a stream could not be sent on');
      socket.close(codes.failed, 'the stream could not be read');
    }
  }

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    async close() {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all(open.values());
      server.closeAllConnections();
      await closed;
    },
  };
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';

function refuse(
  socket: Duplex,
  { status, message }: { readonly status: Refusal['status'] | 404; readonly message: string },
): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(message)}`,
    ...(status === 503 ? ['Retry-After: 1'] : []),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${message}`);
}
