import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '@ccd/reconcile';
import { createAgents } from './agents.ts';
import { ApiError, NoAnswerError } from './api-error.ts';
import { WriteGateClosedError } from './write-gate.ts';
import type { Connection } from '../connection/connection.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly method: Method;
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  /** @default application/json */
  readonly contentType?: string;
  /** @default application/json */
  readonly accept?: string;
  /** Makes of the body what is answered. @default as JSON */
  readonly decode?: (body: Buffer) => unknown;
  /** @default 10 s */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Asked in the same turn as the request is sent, over a connection that stands; unless it says yes nothing is sent. */
  readonly mayBegin?: () => boolean;
}

export interface Transport {
  /**
   * One request and its whole answer.
   * @throws ApiError for an answer other than 2xx, NoAnswerError, WriteGateClosedError, the signal's reason
   */
  ask(request: ApiRequest): Promise<unknown>;
  /**
   * A request whose answer comes bit by bit, until it ends or the signal aborts.
   * @param onOpen after the head of the answer
   * @throws as `ask` does; a stream that is cut off just ends
   */
  stream(request: ApiRequest, onOpen: () => void, onChunk: (chunk: Buffer) => void): Promise<void>;
  /** Wall time by the API server's clock, to the second, as its last answer told it; before the first one, by ours. */
  now(): number;
  close(): void;
}

const defaultTimeoutMs = 10_000;
/** Why a time limit ends that was kept: a reason of our own, since AbortSignal makes one with a stack for each otherwise. */
const over = new Error('the request is over');

/** HTTP/1.1 to the API server over connections that are kept, with a deadline for each request. */
export function createTransport(connection: Connection, clock: Clock): Transport {
  const { server } = connection;
  const secure = server.protocol === 'https:';
  const agents = createAgents(secure, clock);
  let refused = false;
  /** What is to be added to our monotonic time. */
  let serverTimeFrom: number | undefined;

  const open = async (asked: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    const access = await connection.access(refused);
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { method, path, body, contentType = 'application/json', accept = 'application/json' } = asked;
    const sent = (secure ? httpsRequest : httpRequest)(
      new URL(server.pathname.replace(/\/$/, '') + path, server),
      {
        method,
        agent: agents.of(access),
        signal,
        headers: {
          ...access.headers,
          accept,
          'user-agent': 'ccd-agent',
          ...(body !== undefined && {
            'content-type': contentType,
            'content-length': Buffer.byteLength(body),
          }),
        },
      },
      resolve,
    );
    sent.on('error', reject);
    const begin = (): void => {
      if (asked.mayBegin?.() === false) sent.destroy(new WriteGateClosedError());
      else sent.end(body);
    };
    // Nothing is sent before its end. Making a connection, or waiting for one, may take longer than a lease has left.
    sent.once('socket', (socket) => {
      const shakesHands = 'secureConnecting' in socket && socket.secureConnecting === true;
      if (socket.connecting || shakesHands) socket.once(secure ? 'secureConnect' : 'connect', begin);
      else begin();
    });
    const answer = await promise;
    refused = answer.statusCode === 401;
    const date = Date.parse(answer.headers.date ?? '');
    if (Number.isFinite(date)) serverTimeFrom = date - clock.monotonic();
    if ((answer.statusCode ?? 500) < 300) return answer;
    throw new ApiError(
      answer.statusCode ?? 500,
      (await bytesOf(answer)).toString('utf8'),
      answer.headers['retry-after'],
    );
  };

  /** Runs under the caller's signal and a time limit of its own; says in our words why no answer came. */
  const within = async <T>(
    asked: ApiRequest,
    work: (signal: AbortSignal, done: () => void) => Promise<T>,
  ): Promise<T> => {
    asked.signal?.throwIfAborted();
    const late = new AbortController();
    const done = new AbortController();
    const ms = asked.timeoutMs ?? defaultTimeoutMs;
    clock.sleep(ms, done.signal).then(
      () => {
        late.abort();
      },
      () => {},
    );
    const cancel = (): void => {
      late.abort();
    };
    asked.signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await work(late.signal, () => {
        done.abort(over);
      });
    } catch (cause) {
      asked.signal?.throwIfAborted();
      if (cause instanceof ApiError || cause instanceof WriteGateClosedError) throw cause;
      throw new NoAnswerError(
        late.signal.aborted ? `the API server gave no answer within ${ms} ms` : describe(cause),
        { cause },
      );
    } finally {
      asked.signal?.removeEventListener('abort', cancel);
      done.abort(over);
    }
  };

  return {
    ask: (asked) =>
      within(asked, async (signal) => (asked.decode ?? parseJson)(await bytesOf(await open(asked, signal)))),
    stream: (asked, onOpen, onChunk) =>
      within(asked, async (signal, done) => {
        const answer = await open(asked, signal);
        done();
        onOpen();
        try {
          for await (const chunk of answer) onChunk(Buffer.from(chunk as Buffer));
        } catch {
          // Cut off: what came so far counts.
          asked.signal?.throwIfAborted();
        }
      }),
    now: () => (serverTimeFrom === undefined ? clock.now() : serverTimeFrom + clock.monotonic()),
    close() {
      agents.close();
    },
  };
}

const parseJson = (body: Buffer): unknown => JSON.parse(body.toString('utf8'));

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function describe(cause: unknown): string {
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return `the API server cannot be reached${code}`;
}
