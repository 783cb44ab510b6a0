import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';

/** The token endpoint gave no token; says what it answered, without what was sent. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly endpoint: string;
  readonly reason: string;
  constructor(endpoint: string, reason: string, options?: ErrorOptions) {
    super(`no token from ${endpoint}: ${reason}`, options);
    this.endpoint = endpoint;
    this.reason = reason;
  }
}

export interface ClientCredentials {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
}

const timeoutMs = 5_000;
/** A token is used for this part of its life, so that none expires on its way. */
const usedPart = 0.8;

const answerSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive().optional(),
});

/** Tokens by client credentials (RFC 6749, 4.4), each used for most of its life. */
export function createTokenSource(credentials: ClientCredentials, clock: Clock): () => Promise<string> {
  const { tokenEndpoint } = credentials;
  let current: { readonly token: string; readonly until: number } | undefined;

  async function ask(): Promise<string> {
    const { token, lifeMs } = await requestToken(credentials);
    current = { token, until: clock.monotonic() + lifeMs * usedPart };
    return token;
  }

  return async () => {
    if (current && clock.monotonic() < current.until) return current.token;
    try {
      return await ask();
    } catch (error) {
      throw error instanceof TokenError ? error : new TokenError(tokenEndpoint, 'it cannot be reached');
    }
  };
}

async function requestToken({
  tokenEndpoint,
  clientId,
  clientSecret,
  scope,
}: ClientCredentials): Promise<{ readonly token: string; readonly lifeMs: number }> {
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString(
    'base64',
  );
  const answer = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!answer.ok) throw new TokenError(tokenEndpoint, `it answered ${answer.status}`);
  const parsed = answerSchema.safeParse(await answer.json().catch(() => undefined));
  if (!parsed.success) throw new TokenError(tokenEndpoint, 'its answer holds no token');
  return { token: parsed.data.access_token, lifeMs: (parsed.data.expires_in ?? 0) * 1_000 };
}
