import { createServer as createHttp1Server } from 'node:http';
import type { IncomingMessage, Server as Http1Server, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Server, Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A listener for requests of either protocol, by node's compatibility interface. */
export type DualRequestListener = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

/** Servers that are not listening; they get their connections from the dual-protocol server. */
export interface ProtocolServers {
  readonly http1Server: Http1Server;
  /** Of `http2.createServer`, with TLS as well: encryption ends before it. */
  readonly http2Server: Http2Server;
}

export interface ListenerOptions {
  readonly requestListener: DualRequestListener;
  /**
   * Gets requests that wait for `100 Continue` before they send their body, and has to say so. Absent: they are told to
   * go on at once and given to `requestListener`.
   */
  readonly continueListener?: DualRequestListener;
}

/** What peers may ask of a server; beyond it they are cut off or answered 408 or 431. */
export interface ProtocolLimits {
  /** Longest time for a whole request to arrive, and for an HTTP/2 connection to begin its first one. @default 30 000 ms */
  readonly requestTimeoutMs?: number;
  /** Longest time without anything happening on a connection. @default 75 000 ms */
  readonly idleTimeoutMs?: number;
  /** Largest request line and headers together. @default 16 384 */
  readonly maxHeaderBytes?: number;
  /** Streams of one HTTP/2 connection at a time. @default 128 */
  readonly maxConcurrentStreams?: number;
}

const headersTimeoutMs = 10_000;
/** Streams that a client may reset at once, and again per second, before its connection is closed (CVE-2023-44487). */
const resets = { streamResetBurst: 200, streamResetRate: 20 } as const;

/** The two servers for a listener. A `clientError` has node's own answer: 400, 408 or 431, and the end. */
export function createProtocolServers(
  { requestListener, continueListener }: ListenerOptions,
  limits: ProtocolLimits,
): ProtocolServers {
  const {
    requestTimeoutMs = 30_000,
    idleTimeoutMs = 75_000,
    maxHeaderBytes = 16_384,
    maxConcurrentStreams = 128,
  } = limits;
  const http1Server = createHttp1Server(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
      maxHeaderSize: maxHeaderBytes,
    },
    requestListener,
  );
  const http2Server = createHttp2Server(
    { settings: { maxConcurrentStreams, maxHeaderListSize: maxHeaderBytes }, ...resets },
    requestListener,
  );
  http2Server.on('session', (session) => {
    session.setTimeout(idleTimeoutMs, () => {
      session.destroy();
    });
    const tooLate = setTimeout(() => {
      session.destroy();
    }, requestTimeoutMs);
    const begun = (): void => {
      clearTimeout(tooLate);
    };
    session.once('stream', begun).once('close', begun);
  });
  if (continueListener !== undefined) {
    http1Server.on('checkContinue', continueListener);
    http2Server.on('checkContinue', continueListener);
  }
  return { http1Server, http2Server };
}
