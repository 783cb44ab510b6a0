import { once } from 'node:events';
import { connect } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';

/** What a server answered, seen as HTTP/2. */
export interface WireAnswer {
  readonly status: string;
  /** Whether headers and trailers came in one. */
  readonly trailersOnly: boolean;
  readonly grpcStatus: string;
  readonly headers: IncomingHttpHeaders;
  readonly message: string;
  readonly body: Buffer;
}

export async function connectWire(port: number): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  await once(session, 'connect');
  return session;
}

const usual = { ':method': 'POST', te: 'trailers', 'content-type': 'application/grpc' } as const;

/** One call of `/test.Test/<method>`, its body sent in the pieces that are given. */
export async function callWire(
  session: ClientHttp2Session,
  method: string,
  body: readonly Uint8Array[],
  headers: Readonly<Record<string, string>> = {},
): Promise<WireAnswer> {
  const stream = session.request({ ...usual, ':path': `/test.Test/${method}`, ...headers });
  let first: IncomingHttpHeaders = {};
  let last: IncomingHttpHeaders | undefined;
  const chunks: Buffer[] = [];
  stream
    .on('response', (received) => {
      first = received;
    })
    .on('trailers', (received: IncomingHttpHeaders) => {
      last = received;
    })
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('error', () => {});
  for (const piece of body) {
    await new Promise<void>((resolve) => {
      stream.write(piece, () => {
        resolve();
      });
    });
  }
  stream.end();
  await once(stream, 'close');
  const end = last ?? first;
  return {
    status: String(first[':status']),
    trailersOnly: last === undefined,
    grpcStatus: String(end['grpc-status'] ?? ''),
    message: decodeURIComponent(String(end['grpc-message'] ?? '')),
    headers: first,
    body: Buffer.concat(chunks),
  };
}
