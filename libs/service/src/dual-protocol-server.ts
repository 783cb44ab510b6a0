import type { ServerHttp2Session } from 'node:http2';
import { createServer as createNetServer } from 'node:net';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { ListenError } from './listen-error.ts';
import type {
  ListenerOptions,
  ProtocolLimits,
  ProtocolServers,
  SplitListenerOptions,
} from './protocol-servers.ts';
import { createProtocolServers } from './protocol-servers.ts';
import type { Protocol } from './sniff-protocol.ts';
import { sniffProtocol } from './sniff-protocol.ts';

/** PEM texts: a certificate chain and its private key. */
export interface Certificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface DualProtocolOptions extends ProtocolLimits {
  /** Speaks TLS and chooses by ALPN. Absent: cleartext, HTTP/2 by prior knowledge. */
  readonly tls?: Certificate;
  /** Whether cleartext is spoken on the port too. @default exactly where there is no `tls` */
  readonly cleartext?: boolean;
  /** Longest time until a connection has said which protocol it speaks. @default 10 000 ms */
  readonly firstBytesTimeoutMs?: number;
  /** Connections at a time; more are closed as they come. @default no limit but the system's */
  readonly maxConnections?: number;
}

export interface DualProtocolServer {
  /** Resolves with the port, which the system chooses where 0 is given. @throws ListenError */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Whether clients are being sent away; whoever answers by HTTP/1.1 then says `connection: close`. */
  readonly draining: boolean;
  /** Serves on, but tells every client to go elsewhere: GOAWAY, and `connection: close` with the next answer. */
  drain(): void;
  /** Takes no more connections, lets running requests end for at most `graceMs`, and then cuts. */
  close(graceMs?: number): Promise<void>;
  /** Uses another certificate for the connections to come. @throws Error when it is none; the old one stays */
  setCertificate(certificate: Certificate): void;
}

const idleSweepMs = 20;

/**
 * HTTP/1.1 and HTTP/2 on one port, in cleartext and over TLS. The first bytes decide: TLS begins with a handshake
 * record, and HTTP/2 in cleartext with a fixed preface (RFC 9113, 3.4), which no HTTP/1.1 request can begin with.
 */
export function createDualProtocolServer(
  servers: ProtocolServers | ListenerOptions | SplitListenerOptions,
  options: DualProtocolOptions = {},
): DualProtocolServer {
  const { tls, cleartext = tls === undefined, firstBytesTimeoutMs = 10_000, maxConnections } = options;
  const { http1Server, http2Server } =
    'http1Server' in servers ? servers : createProtocolServers(servers, options);
  const sockets = new Set<Socket>();
  /** Connections that have not yet said what they speak. */
  const undecided = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const tlsServer = tls && createTlsEnd(tls);
  let phase: 'open' | 'draining' | 'closing' = 'open';

  function handOver(socket: Socket, protocol: Protocol): void {
    if (protocol === 'tls') {
      if (tlsServer) tlsServer.emit('connection', socket);
      else socket.destroy();
    } else if (cleartext) (protocol === 'http2' ? http2Server : http1Server).emit('connection', socket);
    else socket.destroy();
  }

  function createTlsEnd(certificate: Certificate): TlsServer {
    const server = createTlsServer({
      ...certificate,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: firstBytesTimeoutMs,
    });
    // A failed handshake is its peer's business.
    server.on('tlsClientError', (_error, socket: Socket) => {
      socket.destroy();
    });
    return server.on('secureConnection', (socket: TLSSocket) => {
      socket.on('error', () => {});
      (socket.alpnProtocol === 'h2' ? http2Server : http1Server).emit('connection', socket);
    });
  }

  const listener = createNetServer({ noDelay: true, keepAlive: true }, (socket) => {
    sockets.add(socket);
    undecided.add(socket);
    // An error of a connection is its peer's business; it closes by itself.
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        undecided.delete(socket);
      });
    sniffProtocol(socket, firstBytesTimeoutMs, (protocol) => {
      undecided.delete(socket);
      handOver(socket, protocol);
    });
  });
  if (maxConnections !== undefined) listener.maxConnections = maxConnections;

  http2Server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {}).on('close', () => sessions.delete(session));
    if (phase === 'closing') session.close();
    // Whoever comes now has been sent here: one request is answered.
    if (phase === 'draining') {
      session.once('stream', () => {
        session.close();
      });
    }
  });
  http1Server.on('request', (_request, response) => {
    if (phase !== 'open') response.shouldKeepAlive = false;
  });

  function drain(): void {
    if (phase === 'open') phase = 'draining';
    for (const session of sessions) session.close();
  }

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
    get draining() {
      return phase !== 'open';
    },
    drain,
    async close(graceMs = 10_000) {
      phase = 'closing';
      const closed = new Promise<void>((resolve) => {
        listener.close(() => {
          resolve();
        });
      });
      drain();
      http1Server.close(() => {});
      // A connection may be between two requests at any moment from now on.
      const sweep = setInterval(() => {
        http1Server.closeIdleConnections();
      }, idleSweepMs);
      for (const socket of undecided) socket.destroy();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(cut);
      clearInterval(sweep);
    },
    setCertificate(certificate) {
      tlsServer?.setSecureContext(certificate);
    },
  };
}
