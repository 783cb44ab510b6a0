import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { UnsecuredJWT } from 'jose';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as a form. */
  readonly form: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body?: string;
}

/** An HTTP server on a free port that answers what a test tells it to. */
export interface HttpRig {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  answer: (request: ReceivedRequest) => HttpAnswer;
  /** How many connections were made. */
  connections(): number;
  close(): Promise<void>;
}

export async function startHttp(answer: HttpRig['answer']): Promise<HttpRig> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const body = Buffer.concat(chunks);
        const received = {
          path: request.url ?? '',
          headers: request.headers,
          body,
          form: Object.fromEntries(new URLSearchParams(body.toString())),
        };
        requests.push(received);
        const { status, body: text } = rig.answer(received);
        response
          .writeHead(status, text === undefined ? {} : { 'content-type': 'application/json' })
          .end(text);
      });
  }).on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const rig: HttpRig = {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return rig;
}

/** An access token that says whose it is. */
export const tokenOf = (email: string, extras: Readonly<Record<string, string>> = {}): string =>
  new UnsecuredJWT({ email, ...extras }).encode();

/** The answer of a token endpoint. */
export const tokenAnswer = (
  accessToken: string,
  refreshToken = 'refresh-1',
  expiresIn = 3600,
): HttpAnswer => ({
  status: 200,
  body: JSON.stringify({
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: expiresIn,
    token_type: 'Bearer',
  }),
});

export const refused: HttpAnswer = {
  status: 401,
  body: JSON.stringify({ error: 'invalid_client', error_description: 'no such client' }),
};
