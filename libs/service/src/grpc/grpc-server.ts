import { createSecureServer, createServer } from 'node:http2';
import type { Http2SecureServer, Http2Server, ServerHttp2Session, ServerOptions } from 'node:http2';
import type { Socket } from 'node:net';
import type { Certificate } from '../dual-protocol-server.ts';
import { ListenError } from '../listen-error.ts';
import { createKeepAlive } from './keep-alive.ts';
import type { CallOptions } from './serve-call.ts';
import { serveCall } from './serve-call.ts';

export interface GrpcServerOptions extends Omit<CallOptions, 'maxRequestBytes' | 'maxResponseBytes'> {
  /** Largest message that is accepted. @default 4 MiB */
  readonly maxRequestBytes?: number;
  /** Largest message that is sent. @default 64 MiB */
  readonly maxResponseBytes?: number;
  /**
   * Calls of one connection at a time. Node counts one that has just ended for a moment longer than its client does,
   * and refuses the next: the limit is for abuse, and should be far from what clients need. @default 1 000
   */
  readonly maxConcurrentStreams?: number;
  /** Largest headers of a call, by the measure of RFC 9113, 6.5.2. @default 16 384 */
  readonly maxHeaderBytes?: number;
  /** A connection from which no call came for so long is asked whether it is still there. @default 60 000 ms */
  readonly keepAliveMs?: number;
  /** Time for the answer to that. @default 20 000 ms */
  readonly keepAliveTimeoutMs?: number;
}

export interface GrpcServer {
  /** Listens in cleartext or, with a certificate, over TLS; as often as there are addresses. @throws ListenError */
  listen(address: ListenAddress): Promise<number>;
  /** Takes no more connections and calls, lets those that run end for at most `graceMs`, and then cuts. */
  close(graceMs: number): Promise<void>;
}

export interface ListenAddress {
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly certificate?: Certificate;
}

const handshakeTimeoutMs = 10_000;

/**
 * A gRPC server over node:http2 (grpc/doc/PROTOCOL-HTTP2.md): unary and streaming methods, deadlines, cancellation and
 * requests in gzip or deflate. Methods get and give serialised messages.
 */
export function createGrpcServer({
  methods,
  onUnforeseen,
  maxRequestBytes = 4 * 1024 * 1024,
  maxResponseBytes = 64 * 1024 * 1024,
  maxConcurrentStreams = 1_000,
  maxHeaderBytes = 16_384,
  keepAliveMs = 60_000,
  keepAliveTimeoutMs = 20_000,
}: GrpcServerOptions): GrpcServer {
  const callOptions: CallOptions = { methods, onUnforeseen, maxRequestBytes, maxResponseBytes };
  const keepAlive = createKeepAlive({ quietMs: keepAliveMs, timeoutMs: keepAliveTimeoutMs });
  const servers = new Set<Http2Server | Http2SecureServer>();
  const sockets = new Set<Socket>();
  let isClosing = false;
  const http2Options: ServerOptions = {
    settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes },
    // It counts answers that wait for their reader, and cuts the connection of whoever asks for two large ones.
    maxSessionMemory: Number.MAX_SAFE_INTEGER,
  };

  function open(certificate: Certificate | undefined): Http2Server | Http2SecureServer {
    const server =
      certificate === undefined
        ? createServer(http2Options)
        : createSecureServer({
            ...http2Options,
            cert: certificate.cert,
            key: certificate.key,
            handshakeTimeout: handshakeTimeoutMs,
          });
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.on('session', (session: ServerHttp2Session) => {
      if (isClosing) session.close();
      keepAlive.add(session);
      session.on('stream', (stream, headers) => {
        keepAlive.heard(session);
        serveCall(stream, headers, callOptions);
      });
    });
    return server;
  }

  return {
    listen({ host, port, certificate }) {
      const server = open(certificate);
      return new Promise((resolve, reject) => {
        // Later ones are of single connections that could not be taken.
        server.on('error', (error: Error) => {
          reject(new ListenError(host, port, error));
        });
        server.listen({ host, port }, () => {
          servers.add(server);
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      });
    },
    async close(graceMs) {
      isClosing = true;
      const closed = [...servers].map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => {
              resolve();
            });
          }),
      );
      for (const session of keepAlive.sessions()) session.close();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await Promise.all(closed);
      clearTimeout(cut);
      keepAlive.stop();
    },
  };
}
