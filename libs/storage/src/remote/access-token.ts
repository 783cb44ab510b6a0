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
/** From a failure to the next question, while the kept token is good. */
const askAgainMs = 10_000;

export interface KeptToken {
  get(): Promise<string>;
  /** The service did not take the token (401): the next one who asks gets another. */
  drop(): void;
}

/**
 * Keeps a token until shortly before it expires; those who ask at the same time share one question. Where no other is
 * to be had by then, the kept one serves until it expires.
 */
export function keepToken(fetch: () => Promise<AccessToken>, clock: Clock): KeptToken {
  let kept: AccessToken | undefined;
  let freshUntil = 0;
  let asking: Promise<AccessToken> | undefined;

  async function ask(): Promise<AccessToken> {
    try {
      const token = await fetch();
      kept = token;
      freshUntil = token.expiresAt - earlyMs;
      return token;
    } catch (error) {
      if (kept === undefined || clock.now() >= kept.expiresAt) throw error;
      freshUntil = clock.now() + askAgainMs;
      return kept;
    } finally {
      asking = undefined;
    }
  }

  return {
    async get() {
      if (kept !== undefined && clock.now() < freshUntil) return kept.value;
      asking ??= ask();
      return (await asking).value;
    },
    drop() {
      kept = undefined;
    },
  };
}
