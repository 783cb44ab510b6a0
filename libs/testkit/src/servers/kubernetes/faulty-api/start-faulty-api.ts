import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ClusterAccess } from '../cluster-api.ts';
import { toStatus } from './api-fault.ts';
import type { ApiFault } from './api-fault.ts';
import { toApiRequest } from './api-request.ts';
import type { ApiRequest } from './api-request.ts';
import { createOldLists } from './old-lists.ts';

/** An answer of the server to something else than a watch. */
export interface ApiAnswer {
  readonly request: ApiRequest;
  readonly code: number;
  readonly body: Buffer;
  /** Whether whoever asked has got all of it. */
  readonly arrived: boolean;
}

export interface FaultyApi {
  /** Plain HTTP. Bearer tokens pass; certificates of clients cannot. */
  readonly url: string;
  /** Decides what befalls each request from now on; nothing until then. */
  afflict(decide: (request: ApiRequest) => ApiFault | undefined): void;
  /** Resets all watches that stand, silent ones too. */
  cutWatches(): void;
  /** When each request came, in milliseconds of `performance.now()`. */
  readonly arrivals: readonly number[];
  stop(): Promise<void>;
}

/** A proxy before an API server that spoils what a test tells it to. */
export async function startFaultyApi(
  { url, ca }: Pick<ClusterAccess, 'url' | 'ca'>,
  onAnswer: (answer: ApiAnswer) => void = () => {},
): Promise<FaultyApi> {
  const agent = new Agent({ keepAlive: true, ca });
  const lists = createOldLists();
  const arrivals: number[] = [];
  const watches = new Set<ServerResponse>();
  let decide: (request: ApiRequest) => ApiFault | undefined = () => undefined;

  async function forward(from: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const headers = { ...from.headers, host: new URL(url).host };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = httpsRequest(
      `${url}${from.url ?? ''}`,
      { method: from.method, agent, headers },
      resolve,
    );
    outgoing.once('error', reject);
    outgoing.end(body);
    return promise;
  }

  /** Passes a watch on bit by bit; `cut` resets it in the midst of the first. */
  async function passWatch(from: IncomingMessage, to: ServerResponse, cut: boolean): Promise<void> {
    const answer = await forward(from, Buffer.alloc(0));
    to.on('close', () => answer.destroy());
    if (to.destroyed) answer.destroy();
    to.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' }).flushHeaders();
    answer.on('error', () => {
      to.destroy();
    });
    if (cut) {
      answer.once('data', (chunk: Buffer) => {
        resetAfter(to, chunk.subarray(0, chunk.length / 2));
      });
    } else answer.pipe(to);
  }

  async function pass(
    from: IncomingMessage,
    to: ServerResponse,
    asked: { readonly request: ApiRequest; readonly fault: ApiFault | undefined },
  ): Promise<void> {
    const { request, fault } = asked;
    const answer = await forward(from, await buffer(from));
    const code = answer.statusCode ?? 502;
    const body = await buffer(answer);
    onAnswer({ request, code, body, arrived: fault === undefined || fault.kind === 'stale' });
    const accept = from.headers.accept ?? '';
    if (request.verb === 'list' && code === 200) lists.note(request.uri, accept, body);
    const old = fault?.kind === 'stale' ? lists.find(request.uri, accept, fault.back) : undefined;
    if (fault?.kind === 'hang') return;
    const sent = old ?? body;
    const { 'retry-after': retryAfter, 'content-type': type = 'application/json' } = answer.headers;
    to.writeHead(code, {
      'content-type': type,
      'content-length': sent.length,
      ...(retryAfter !== undefined && { 'retry-after': retryAfter }),
    });
    if (fault?.kind === 'reset') resetAfter(to, sent.subarray(0, sent.length / 2));
    else to.end(sent);
  }

  async function serve(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const request = toApiRequest(from.method ?? '', from.url ?? '');
    arrivals.push(performance.now());
    const fault = decide(request);
    const isWatch = request.verb === 'watch';
    if (isWatch) {
      watches.add(to);
      to.on('close', () => watches.delete(to));
    }
    switch (fault?.kind) {
      case 'refuse':
        from.resume();
        to.writeHead(fault.code, {
          'content-type': 'application/json',
          ...(fault.retryAfterSeconds !== undefined && { 'retry-after': `${fault.retryAfterSeconds}` }),
        }).end(JSON.stringify(toStatus(fault.code)));
        return;
      case 'reset':
      case 'hang':
        if (fault.done && isWatch && fault.kind === 'reset') await passWatch(from, to, true);
        else if (fault.done && !isWatch) await pass(from, to, { request, fault });
        else if (fault.kind === 'reset') to.socket?.resetAndDestroy();
        return;
      case 'expire':
        to.writeHead(200).end(`${JSON.stringify({ type: 'ERROR', object: toStatus(410) })}\n`);
        return;
      case 'silence':
        to.writeHead(200).flushHeaders();
        return;
      case 'stale':
      case undefined:
        if (isWatch) await passWatch(from, to, false);
        else await pass(from, to, { request, fault });
    }
  }

  const server = createServer((from, to) => {
    serve(from, to).catch(() => {
      // The server is away, or whoever asked is.
      to.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    afflict(next) {
      decide = next;
    },
    cutWatches() {
      for (const watch of watches) watch.socket?.resetAndDestroy();
    },
    arrivals,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

function resetAfter(to: ServerResponse, bytes: Buffer): void {
  to.write(bytes, () => {
    to.socket?.resetAndDestroy();
  });
}
