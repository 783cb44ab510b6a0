import { request as requestPlain } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import type { GuardedAgents } from '../network/guarded-agents.ts';
import { toPortError, ownErrorIn } from './service-errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Has to be read or destroyed. */
  readonly body: IncomingMessage;
}

export interface HttpClientOptions {
  readonly agents: GuardedAgents;
  readonly attempts: number;
  readonly attemptMs: number;
  readonly clock?: Clock;
}

const firstWaitMs = 200;

/** Worth another attempt, as Google and Microsoft have it. */
const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** HTTP for stores that have no client library of a fitting size. Redirects are answers like any other. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #clock: Clock;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Sends a request again until it has an answer that another attempt would not better. Answers with the last one.
   * @throws StorageUnavailableError where none came; EndpointRefusedError; the reason of the signal
   */
  async send(key: string, request: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= this.#options.attempts;
      try {
        const answer = await this.sendOnce(key, request);
        if (isLast || !isTransient(answer.status)) return answer;
        answer.body.destroy();
      } catch (error) {
        request.signal?.throwIfAborted();
        if (isLast || !(error instanceof NoAnswerError)) throw inWordsOfPort(key, error);
      }
      await this.#clock.sleep(firstWaitMs * 2 ** (attempt - 1), request.signal);
    }
  }

  /** One attempt. @throws NoAnswerError, EndpointRefusedError */
  sendOnce(key: string, { method, url, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const { agents, attemptMs } = this.#options;
    return new Promise((resolve, reject) => {
      const isPlain = url.protocol === 'http:';
      const options = {
        method,
        headers: { ...headers, 'content-length': body?.byteLength ?? 0 },
        agent: isPlain ? agents.http : agents.https,
        // Of the connection while nothing moves on it, in either direction.
        timeout: attemptMs,
        ...(signal && { signal }),
      };
      const outgoing = isPlain ? requestPlain(url, options) : requestEncrypted(url, options);
      outgoing
        .on('timeout', () => outgoing.destroy(new NoAnswerError(key, 'ETIMEDOUT')))
        .on('error', (error) => {
          reject(
            ownErrorIn(error) ??
              (error instanceof NoAnswerError ? error : new NoAnswerError(key, codeOf(error))),
          );
        })
        .on('response', (response) => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
        })
        .end(body);
    });
  }
}

/** The connection failed before an answer came: what was asked may have been done. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly key: string;
  readonly code: string;

  constructor(key: string, code: string) {
    super(`no answer came for ${key} (${code})`);
    this.key = key;
    this.code = code;
  }
}

export const inWordsOfPort = (key: string, error: unknown): unknown =>
  error instanceof NoAnswerError ? toPortError(key, { code: error.code }) : error;

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name;

/** The bytes of an answer as they come. @throws StorageUnavailableError when they break off */
export async function* readAnswer(key: string, { body }: HttpAnswer): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw toPortError(key, { code: error instanceof Error ? codeOf(error) : '' });
  }
}

const longestTextBytes = 16 * 1_024 * 1_024;

/** The whole answer as text. @throws StorageUnavailableError when it breaks off, or has no end */
export async function readText(key: string, answer: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readAnswer(key, answer)) {
    size += chunk.byteLength;
    if (size > longestTextBytes) throw toPortError(key, { status: answer.status, code: 'TooLong' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The JSON of an answer; undefined where it is none. @throws StorageUnavailableError */
export async function readJson(key: string, answer: HttpAnswer): Promise<unknown> {
  const text = await readText(key, answer);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
