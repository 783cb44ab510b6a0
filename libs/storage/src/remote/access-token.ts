import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { AccessDeniedError } from '../errors.ts';
import { readJson } from './http-client.ts';
import type { HttpClient } from './http-client.ts';
import { toPortError } from './service-errors.ts';

export interface AccessToken {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

/**
 * Asks a token endpoint (RFC 6749).
 * @throws AccessDeniedError where it grants none, StorageUnavailableError
 */
export async function fetchToken(
  http: HttpClient,
  url: URL,
  form: Readonly<Record<string, string>>,
  now: () => number,
): Promise<AccessToken> {
  const asked = now();
  const answer = await http.send('', {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams(form).toString()),
  });
  const body = await readJson('', answer);
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    throw new AccessDeniedError('', `the identity provider answered ${answer.status}`);
  }
  const parsed = answerSchema.safeParse(body);
  if (answer.status !== 200 || !parsed.success) throw toPortError('', { status: answer.status });
  return { value: parsed.data.access_token, expiresAt: asked + parsed.data.expires_in * 1_000 };
}

const earlyMs = 5 * 60_000;

/** Keeps a token until shortly before it expires; those who ask at the same time share one question. */
export function keepToken(fetch: () => Promise<AccessToken>, clock: Clock): () => Promise<string> {
  let kept: Promise<AccessToken> | undefined;
  let freshUntil = Infinity;
  return async () => {
    if (kept === undefined || clock.now() >= freshUntil) {
      freshUntil = Infinity;
      const asked = fetch();
      kept = asked;
      asked.then(
        ({ expiresAt }) => {
          if (kept === asked) freshUntil = expiresAt - earlyMs;
        },
        () => {
          if (kept === asked) kept = undefined;
        },
      );
    }
    return (await kept).value;
  };
}
