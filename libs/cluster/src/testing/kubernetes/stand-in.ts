import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Connection } from '../../kubernetes/connection/connection.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** How a request is answered; an answer that does nothing leaves it hanging. */
export type Answer = (response: ServerResponse, asked: Asked) => void;

export const json =
  (body: unknown, code = 200, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
export const hang: Answer = () => {};
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};
/** Begins an answer and cuts it off. */
export const cut: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' }).write('{"kind":');
  response.socket?.end();
};

export interface StandIn {
  readonly connection: Connection;
  readonly asked: readonly Asked[];
  /** The next requests are answered so, in this order; after that, with the last of them. */
  script(...answers: readonly Answer[]): void;
  stop(): Promise<void>;
}

/** An HTTP server in place of an API server, for faults that a real one has no switch for. */
export async function startStandIn(): Promise<StandIn> {
  const asked: Asked[] = [];
  let answers: Answer[] = [json({})];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body };
      asked.push(one);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, one);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  let tokens = 0;
  return {
    asked,
    connection: {
      server: new URL(`http://127.0.0.1:${port}/prefix`),
      namespace: 'n',
      async access(afterRefusal) {
        if (afterRefusal || tokens === 0) tokens += 1;
        return { headers: { authorization: `Bearer token-${tokens}` }, tls: {} };
      },
    },
    script(...next) {
      answers = [...next];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
