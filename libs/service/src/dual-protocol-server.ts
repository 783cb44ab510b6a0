import { createServer as createHttp1Server } from 'node:http';
import type { IncomingMessage, Server as Http1Server, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { createServer as createNetServer } from 'node:net';
import type { Server as NetServer, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { ListenError } from './listen-error.ts';
import { sniffProtocol } from './sniff-protocol.ts';

/** A listener for requests of either protocol, by node's compatibility interface. */
export type DualRequestListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

/** Servers that are not listening; they get their connections from here. */
export interface ProtocolServers {
  readonly http1Server: Http1Server;
  /** Of `http2.createServer`, with TLS as well: encryption ends before it. */
  readonly http2Server: Http2Server;
}

export interface DualProtocolOptions {
  /** PEM texts: speaks TLS and chooses by ALPN. Absent: cleartext, HTTP/2 by prior knowledge. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Longest time until a connection has said which protocol it speaks. @default 10 000 ms */
  readonly firstBytesTimeoutMs?: number;
}

export interface DualProtocolServer {
  /** Resolves with the port, which the system chooses where 0 is given. @throws ListenError */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Takes no more connections, lets running requests end for at most `graceMs`, and then cuts. */
  close(graceMs?: number): Promise<void>;
}

/**
 * HTTP/1.1 and HTTP/2 on one port. In cleartext the first bytes decide: HTTP/2 begins with a fixed preface
 * (RFC 9113, 3.4), which no HTTP/1.1 request can begin with.
 */
export function createDualProtocolServer(
  servers: ProtocolServers | { readonly requestListener: DualRequestListener },
  { tls, firstBytesTimeoutMs = 10_000 }: DualProtocolOptions = {},
): DualProtocolServer {
  const { http1Server, http2Server } =
    'requestListener' in servers ? toServers(servers.requestListener) : servers;
  const sockets = new Set<Socket>();
  /** Connections that have not yet said what they speak. */
  const undecided = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  let closing = false;

  function handOver(socket: Socket, protocol: 'http1' | 'http2'): void {
    (protocol === 'http2' ? http2Server : http1Server).emit('connection', socket);
  }

  function sniff(socket: Socket): void {
    undecided.add(socket);
    socket.on('close', () => undecided.delete(socket));
    sniffProtocol(socket, firstBytesTimeoutMs, (protocol) => {
      undecided.delete(socket);
      handOver(socket, protocol);
    });
  }

  const listener: NetServer =
    tls === undefined
      ? createNetServer({ noDelay: true, keepAlive: true }, sniff)
      : createTlsServer({ ...tls, ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: firstBytesTimeoutMs });
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // An error of a connection is its peer's business; it closes by itself.
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  listener.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => {});
    handOver(socket, socket.alpnProtocol === 'h2' ? 'http2' : 'http1');
  });
  http2Server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {}).on('close', () => sessions.delete(session));
    if (closing) session.close();
  });
  http1Server.on('request', (_request, response) => {
    if (closing) response.shouldKeepAlive = false;
    response.on('close', () => {
      if (closing)
        setImmediate(() => {
          http1Server.closeIdleConnections();
        });
    });
  });

  return {
    listen({ host, port }) {
      // The timeouts of an HTTP/1.1 server run from this event on, which it would get if it were listening itself.
      http1Server.emit('listening');
      return new Promise((resolve, reject) => {
        const fail = (error: Error): void => {
          reject(new ListenError(host, port, error));
        };
        listener.once('error', fail);
        listener.listen({ host, port }, () => {
          listener.off('error', fail);
          const address = listener.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      });
    },
    async close(graceMs = 10_000) {
      closing = true;
      const closed = new Promise<void>((resolve) => {
        listener.close(() => {
          resolve();
        });
      });
      for (const session of sessions) session.close();
      http1Server.close(() => {});
      http1Server.closeIdleConnections();
      for (const socket of undecided) socket.destroy();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cut);
    },
  };
}

function toServers(listener: DualRequestListener): ProtocolServers {
  return { http1Server: createHttp1Server(listener), http2Server: createHttp2Server(listener) };
}
