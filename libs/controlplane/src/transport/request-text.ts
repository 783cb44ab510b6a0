import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { proxyTo } from './proxy.ts';
import type { ProxyOptions } from './proxy.ts';

export interface TextAnswer {
  readonly status: number;
  readonly body: string;
}

export interface RequestTextOptions {
  readonly signal: AbortSignal;
  /** Posts these as a form; without it the text is got. */
  readonly form?: Readonly<Record<string, string>>;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Used for https alone. */
  readonly proxy?: ProxyOptions | undefined;
}

/** An answer larger than any token or key set. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

const maxBytes = 256 * 1024;

/**
 * Asks an identity provider and reads its answer, of at most 256 KiB. Follows no redirect. node:http rather than fetch,
 * which takes no authority and no proxy of its own per request.
 * @throws AnswerTooLargeError, and what the connection failed with
 */
export async function requestText(
  url: string,
  { signal, form, ca, proxy }: RequestTextOptions,
): Promise<TextAnswer> {
  const body = form && new URLSearchParams(form).toString();
  const options = {
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', ...(body !== undefined && toFormHeaders(body)) },
    signal,
  };
  const answered = Promise.withResolvers<IncomingMessage>();
  const sent = url.startsWith('https:')
    ? requestHttps(url, { ...options, agent: toAgent(url, proxy), ...(ca !== undefined && { ca }) })
    : requestHttp(url, { ...options, agent: false });
  sent.on('response', answered.resolve).on('error', answered.reject).end(body);
  const answer = await answered.promise;
  return { status: answer.statusCode ?? 0, body: await readText(answer) };
}

const toFormHeaders = (body: string) => ({
  'content-type': 'application/x-www-form-urlencoded',
  'content-length': Buffer.byteLength(body),
});

function toAgent(url: string, proxy: ProxyOptions | undefined): Agent | false {
  const { hostname, port } = new URL(url);
  const via = proxyTo({ host: hostname, port: Number(port || 443) }, proxy);
  return via === undefined ? false : new Agent({ proxyEnv: { HTTPS_PROXY: via.href } });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new AnswerTooLargeError(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
