import { createServer, request as sendRequest } from 'node:http';
import { createServer as createTlsServer, request as sendTlsRequest } from 'node:https';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request. `unavailable`: answered 500, and not passed on. `reset`: its connection breaks before it is
 * passed on. `lost`: it is carried out, and its connection breaks instead of an answer. `cut`: the answer breaks off
 * after its first bytes. `hang`: nothing happens.
 */
export type Spoiling =
  | 'unavailable'
  | 'reset'
  | 'lost'
  | 'cut'
  | 'hang'
  | { readonly status: number; readonly headers?: OutgoingHttpHeaders };

export interface Asked {
  readonly method: string;
  readonly path: string;
}

export interface SpoilingProxy {
  readonly endpoint: string;
  /** Every request that came. */
  readonly asked: readonly Asked[];
  /** Spoils the next `times` requests that match. */
  spoil(how: Spoiling, matches: (request: Asked) => boolean, times?: number): void;
  stop(): Promise<void>;
}

/** An HTTP proxy before a server on this machine. Signatures hold: it passes the header Host on as it is. */
export async function startSpoilingProxy(
  target: string,
  tls?: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<SpoilingProxy> {
  const plans: { how: Spoiling; matches: (request: Asked) => boolean; left: number }[] = [];
  const asked: Asked[] = [];

  const pass = (incoming: IncomingMessage, answer: (response: IncomingMessage) => void): void => {
    const url = new URL(incoming.url ?? '/', target);
    const options = { method: incoming.method, headers: incoming.headers, agent: false } as const;
    const outgoing = tls ? sendTlsRequest(url, { ...options, ca: tls.ca }) : sendRequest(url, options);
    outgoing.on('response', answer).on('error', () => incoming.socket.destroy());
    incoming.on('error', () => outgoing.destroy()).pipe(outgoing);
  };

  const listener: RequestListener = (incoming, response) => {
    const request = { method: incoming.method ?? '', path: incoming.url ?? '' };
    asked.push(request);
    const plan = plans.find(({ left, matches }) => left > 0 && matches(request));
    if (plan) plan.left -= 1;
    const spoiling = plan?.how;
    if (spoiling === 'hang') return;
    if (spoiling === 'reset') {
      incoming.socket.resetAndDestroy();
    } else if (spoiling === 'unavailable' || typeof spoiling === 'object') {
      incoming.resume().on('end', () => {
        const { status, headers = {} } = spoiling === 'unavailable' ? { status: 500 } : spoiling;
        response.writeHead(status, headers).end();
      });
    } else {
      pass(incoming, (result) => {
        if (spoiling === 'lost') {
          result.resume().on('end', () => incoming.socket.resetAndDestroy());
        } else if (spoiling === 'cut') {
          response.writeHead(result.statusCode ?? 500, result.headers);
          result.once('data', (chunk: Buffer) => {
            response.write(chunk.subarray(0, 1), () => incoming.socket.resetAndDestroy());
          });
        } else {
          response.writeHead(result.statusCode ?? 500, result.headers);
          result.pipe(response);
        }
      });
    }
  };
  const server = tls ? createTlsServer({ cert: tls.cert, key: tls.key }, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    spoil(how, matches, times = 1) {
      plans.push({ how, matches, left: times });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
