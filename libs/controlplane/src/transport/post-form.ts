import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface FormAnswer {
  readonly status: number;
  readonly body: string;
}

export interface PostFormOptions {
  readonly signal: AbortSignal;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
}

/** An answer larger than any token. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

const maxBytes = 256 * 1024;

/**
 * Posts a form and reads the answer, of at most 256 KiB. Follows no redirect. node:http rather than fetch, which
 * takes no authority of its own per request.
 * @throws AnswerTooLargeError, and what the connection failed with
 */
export async function postForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  { signal, ca }: PostFormOptions,
): Promise<FormAnswer> {
  const body = new URLSearchParams(fields).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    accept: 'application/json',
  };
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  const answered = Promise.withResolvers<IncomingMessage>();
  const sent = request(url, {
    method: 'POST',
    headers,
    signal,
    agent: false,
    ...(ca !== undefined && { ca }),
  });
  sent.on('response', answered.resolve).on('error', answered.reject).end(body);
  const answer = await answered.promise;
  return { status: answer.statusCode ?? 0, body: await readText(answer) };
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
