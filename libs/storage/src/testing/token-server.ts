import { createServer } from 'node:https';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenServer {
  readonly url: string;
  /** Paths and forms of what was asked. */
  readonly asked: readonly { readonly path: string; readonly form: URLSearchParams }[];
  /** The status of answers from now on. */
  answer(status: number): void;
  stop(): Promise<void>;
}

/** A token endpoint that gives everybody the same token, for tests. */
export async function startTokenServer(
  token: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<TokenServer> {
  const asked: { path: string; form: URLSearchParams }[] = [];
  let status = 200;
  const listener: RequestListener = (request, response) => {
    void readText(request).then((text) => {
      asked.push({ path: request.url ?? '', form: new URLSearchParams(text) });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(status === 200 ? { access_token: token, expires_in: 3_600 } : { error: 'no' }),
      );
    });
  };
  const server = tls ? createServer({ ...tls }, listener) : createPlainServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(next) {
      status = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}
