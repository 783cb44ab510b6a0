import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** How a cluster is reached, and as whom. */
export interface ClusterAccess {
  /** Without a slash at its end. */
  readonly url: string;
  /** PEM of the authority that issued the server's certificate. */
  readonly ca: string;
  /** Of a bearer token, or a client certificate and its key as PEM. */
  readonly as: { readonly token: string } | { readonly cert: string; readonly key: string };
}

/** The API server answered with something else than was asked for; the message is its own. */
export class ClusterApiError extends Error {
  override readonly name = 'ClusterApiError';
  /** HTTP status. */
  readonly code: number;

  constructor(code: number, what: string, message: string) {
    super(`${what}: ${code} ${message}`);
    this.code = code;
  }
}

/** By this name the audit log knows what the testkit itself has asked. */
export const testkitAgent = 'ccd-testkit';

const answersWithinMs = 30_000;

/**
 * One request to an API server; resolves with the parsed answer, or with the text where it is no JSON.
 * @throws ClusterApiError for any answer that is not 2xx
 */
export async function askCluster(
  { url, ca, as }: ClusterAccess,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const { status, answer } = await new Promise<{ status: number; answer: string }>((resolve, reject) => {
    const { token, ...certificate } = 'token' in as ? as : { token: undefined, ...as };
    const outgoing = request(
      `${url}${path}`,
      {
        method,
        ca,
        ...certificate,
        agent: false,
        timeout: answersWithinMs,
        headers: {
          accept: 'application/json',
          'user-agent': testkitAgent,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (incoming) => {
        text(incoming).then((answer) => {
          resolve({ status: incoming.statusCode ?? 0, answer });
        }, reject);
      },
    );
    outgoing.once('timeout', () => {
      outgoing.destroy(new Error(`${method} ${path}: no answer within ${answersWithinMs} ms`));
    });
    outgoing.once('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
  const parsed = parse(answer);
  if (status >= 200 && status < 300) return parsed;
  throw new ClusterApiError(status, `${method} ${path}`, stringAt(parsed, 'message') ?? '');
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}

/** What stands in an answer under these names, if that is a text. */
export function stringAt(value: unknown, ...names: readonly string[]): string | undefined {
  const found = names.reduce<unknown>(
    (each, name) =>
      typeof each === 'object' && each !== null
        ? (each as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
  return typeof found === 'string' ? found : undefined;
}
