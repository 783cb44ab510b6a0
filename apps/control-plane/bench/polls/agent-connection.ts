import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import type { Order } from './protocol.ts';

type Connect = Extract<Order, { do: 'connect' }>;

/** How one poll ended. */
export interface Polled {
  readonly isUnchanged: boolean;
  readonly ok: boolean;
  readonly bytes: number;
  readonly ms: number;
}

/** An agent as the wire sees it: a connection of its own, its token, and the answer that it keeps. */
export interface AgentConnection {
  poll(): Promise<Polled>;
  close(): void;
}

/** An empty message in its frame: not compressed, no bytes. */
const emptyMessage = Buffer.alloc(5);

/** The window of our agents (`createClient` of libs/controlplane). */
const windowBytes = 1024 * 1024;

type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** The unary gRPC call of the public protocol over node:http2, as bare as it can be: the server is what is measured. */
export async function connectAgent(
  { port, path, keeping }: Pick<Connect, 'port' | 'path' | 'keeping'>,
  token: string,
): Promise<AgentConnection> {
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: windowBytes } });
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => {
      resolve();
    });
    session.once('error', reject);
  });
  session.on('error', () => {});
  session.setLocalWindowSize(windowBytes);
  let known: { readonly revision: string; readonly digest: string } | undefined;

  return {
    async poll() {
      const start = performance.now();
      const { headers, trailers, bytes } = await exchange(session, {
        [constants.HTTP2_HEADER_METHOD]: 'POST',
        [constants.HTTP2_HEADER_PATH]: path,
        [constants.HTTP2_HEADER_SCHEME]: 'http',
        [constants.HTTP2_HEADER_AUTHORITY]: `127.0.0.1:${port}`,
        te: 'trailers',
        'content-type': 'application/grpc',
        'user-agent': 'ccd-bench',
        'grpc-timeout': '10S',
        authorization: `Bearer ${token}`,
        'strm-installation-id': '11111111-1111-4111-8111-111111111111',
        ...(known && { 'ccd-known-revision': known.revision, 'ccd-known-digest': known.digest }),
      });
      const [revision, digest] = [headers['ccd-revision'], headers['ccd-digest']];
      if (keeping && typeof revision === 'string' && typeof digest === 'string') known = { revision, digest };
      const status = trailers['grpc-status'] ?? headers['grpc-status'];
      return {
        isUnchanged: headers['ccd-unchanged-since'] !== undefined,
        ok: headers[':status'] === 200 && String(status) === '0',
        bytes,
        ms: performance.now() - start,
      };
    },
    close() {
      session.destroy();
    },
  };
}

function exchange(
  session: ClientHttp2Session,
  request: Record<string, string>,
): Promise<{ readonly headers: Headers; readonly trailers: IncomingHttpHeaders; readonly bytes: number }> {
  return new Promise((resolve, reject) => {
    const stream = session.request(request, { endStream: false });
    let headers: Headers = {};
    let trailers: IncomingHttpHeaders = {};
    let bytes = 0;
    stream
      .on('response', (received) => {
        headers = received;
      })
      .on('trailers', (received) => {
        trailers = received;
      })
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      })
      .on('end', () => {
        resolve({ headers, trailers, bytes });
      })
      .on('error', reject);
    stream.end(emptyMessage);
  });
}
