import { createServer as createHttp1Server } from 'node:http';
import type { IncomingMessage, Server as Http1Server, ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type {
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders as Http2Headers,
  ServerHttp2Stream,
} from 'node:http2';

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

/** A listener for each protocol, HTTP/2 without node's compatibility interface, which doubles what a request costs. */
export interface SplitListenerOptions {
  /** The class of HTTP/1.1 requests. */
  readonly IncomingMessage: typeof IncomingMessage;
  /** Gets requests that wait for `100 Continue` too, and has to say so to them. */
  readonly http1Listener: (
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ) => void;
  /**
   * Gets requests that wait for `100 Continue` too, and no others that expect something. Errors of streams are not its
   * concern: they close.
   */
  readonly http2Listener: (stream: ServerHttp2Stream, headers: Http2Headers) => void;
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

/** The two servers for listeners. A `clientError` has node's own answer: 400, 408 or 431, and the end. */
export function createProtocolServers(
  listeners: ListenerOptions | SplitListenerOptions,
  limits: ProtocolLimits,
): ProtocolServers {
  const { maxHeaderBytes = 16_384 } = limits;
  if ('requestListener' in listeners) {
    const servers = createServers({ ...limits, maxHeaderBytes, maxHeaderListSize: maxHeaderBytes });
    listenAlike(servers, listeners);
    return servers;
  }
  // Beyond what is announced node resets a stream without an answer: whoever sends a little more is told why.
  const servers = createServers(
    { ...limits, maxHeaderBytes, maxHeaderListSize: 2 * maxHeaderBytes },
    listeners.IncomingMessage,
  );
  listenApart(servers, listeners, maxHeaderBytes);
  return servers;
}

function listenAlike(
  { http1Server, http2Server }: ProtocolServers,
  { requestListener, continueListener }: ListenerOptions,
): void {
  for (const server of [http1Server, http2Server]) {
    server.on('request', requestListener);
    if (continueListener !== undefined) server.on('checkContinue', continueListener);
  }
}

function listenApart(
  { http1Server, http2Server }: ProtocolServers,
  { http1Listener, http2Listener }: SplitListenerOptions,
  maxHeaderBytes: number,
): void {
  http1Server
    .on('request', (request, response) => {
      http1Listener(request, response, false);
    })
    .on('checkContinue', (request, response) => {
      http1Listener(request, response, true);
    });
  http2Server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: Http2Headers, _flags: number, raw: readonly string[]) => {
      stream.on('error', ignore);
      const refusal = refusalOf(headers, raw, maxHeaderBytes);
      if (refusal === undefined) {
        http2Listener(stream, headers);
        return;
      }
      stream.respond({ ':status': refusal }, { endStream: true });
      stream.close();
    },
  );
}

/** RFC 9113, 6.5.2: what each field counts for beside its name and value. */
const fieldOverhead = 32;

/** The status with which node refuses such a request over HTTP/1.1. */
function refusalOf(
  { expect }: Http2Headers,
  raw: readonly string[],
  maxHeaderBytes: number,
): number | undefined {
  let size = (raw.length / 2) * fieldOverhead;
  for (const text of raw) size += text.length;
  if (size > maxHeaderBytes) return 431;
  return expect === undefined || expect === '100-continue' ? undefined : 417;
}

function ignore(): void {}

function createServers(
  {
    requestTimeoutMs = 30_000,
    idleTimeoutMs = 75_000,
    maxConcurrentStreams = 128,
    maxHeaderBytes,
    maxHeaderListSize,
  }: ProtocolLimits & { readonly maxHeaderBytes: number; readonly maxHeaderListSize: number },
  messageClass?: typeof IncomingMessage,
): ProtocolServers {
  const http1Server = createHttp1Server({
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    maxHeaderSize: maxHeaderBytes,
    ...(messageClass && { IncomingMessage: messageClass }),
  });
  const http2Server = createHttp2Server({
    settings: { maxConcurrentStreams, maxHeaderListSize },
    ...resets,
  });
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
  return { http1Server, http2Server };
}
