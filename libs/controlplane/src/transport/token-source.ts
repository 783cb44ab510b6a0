import { abortable, DeadlineExceededError, withDeadline } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import {
  ControlPlaneRefusedError,
  ControlPlaneUnavailableError,
  InvalidAnswerError,
  toPlainDetails,
} from '../errors.ts';
import { AnswerTooLargeError, requestText } from './request-text.ts';
import type { TextAnswer } from './request-text.ts';
import type { ProxyOptions } from './proxy.ts';

export interface TokenSourceOptions {
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly ca?: string | undefined;
  readonly proxy?: ProxyOptions | undefined;
}

/** Access tokens of the installation, fetched once and renewed before they end. */
export interface TokenSource {
  /**
   * A token with some life left. While it gets old a new one is fetched beside; concurrent callers share one request.
   * @throws ControlPlaneUnavailableError, ControlPlaneRefusedError, InvalidAnswerError
   */
  token(signal: AbortSignal): Promise<string>;
  /** Tells that the server refused this token, so that the next call fetches another. */
  refused(token: string): void;
  close(): void;
}

const operation = 'token';
/** A token is renewed when this share of its life is left, and not used any more in its very last seconds. */
const renewalShare = 0.2;
const lastSecondsMs = 10_000;
const failureCooldownMs = 5_000;

/**
 * What a header can carry as a bearer's token (RFC 6750, 2.1: b64token). The library's own refusal of anything else would
 * quote the token.
 */
const bearerToken = z
  .string()
  .max(16_384)
  .regex(/^[\w.~+/-]+=*$/);
const answerSchema = z.object({ access_token: bearerToken, expires_in: z.number().positive() });
const errorSchema = z.object({ error: z.string(), error_description: z.string().optional() });

interface Token {
  readonly text: string;
  /** On the monotonic clock, so that no jump of the wall clock prolongs or ends it. */
  readonly renewFrom: number;
  readonly usableUntil: number;
}

/** Tokens by client_credentials from `<authUrl>/auth/realms/installations/protocol/openid-connect/token`. */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const { authUrl, clientId, clientSecret, clock, timeoutMs, ca, proxy } = options;
  const url = `${authUrl}/auth/realms/installations/protocol/openid-connect/token`;
  const closed = new AbortController();
  let current: Token | undefined;
  let fetching: Promise<Token> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function fetchToken(): Promise<Token> {
    const askedAt = clock.monotonic();
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const deadline = { step: 'a token', ms: timeoutMs, parent: closed.signal };
    const answer = await withDeadline(clock, deadline, (signal) =>
      requestText(url, { form, signal, ca, proxy }),
    ).catch((error: unknown) => {
      throw toFailure(error);
    });
    const { access_token: text, expires_in: seconds } = readAnswer(answer, clientSecret);
    const lifeMs = seconds * 1000;
    return {
      text,
      renewFrom: askedAt + lifeMs * (1 - renewalShare),
      usableUntil: askedAt + Math.max(lifeMs - lastSecondsMs, lifeMs / 2),
    };
  }

  function renew(): Promise<Token> {
    fetching ??= fetchToken()
      .then(
        (token) => (current = token),
        (error: unknown) => {
          failedAt = clock.monotonic();
          throw error;
        },
      )
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  }

  return {
    async token(signal) {
      const now = clock.monotonic();
      if (current === undefined || now >= current.usableUntil) {
        return (await abortable(renew(), signal)).text;
      }
      if (now >= current.renewFrom && now - failedAt >= failureCooldownMs) {
        // The old one still serves; a failure shows when it does not any more.
        renew().catch(() => {});
      }
      return current.text;
    },
    refused(token) {
      if (current?.text === token) current = undefined;
    },
    close() {
      closed.abort(new ControlPlaneUnavailableError(operation, 'CANCELLED', 'the connection is closed'));
    },
  };
}

function toFailure(error: unknown): unknown {
  if (error instanceof ControlPlaneUnavailableError) return error;
  if (error instanceof AnswerTooLargeError) return new InvalidAnswerError(operation, error.message);
  if (error instanceof DeadlineExceededError) {
    return new ControlPlaneUnavailableError(operation, 'DEADLINE_EXCEEDED', error.message);
  }
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'no connection';
  return new ControlPlaneUnavailableError(operation, 'UNAVAILABLE', toPlainDetails(code), { cause: error });
}

/** @param secret that the issuer was sent, and may send back */
function readAnswer({ status, body }: TextAnswer, secret: string): z.output<typeof answerSchema> {
  const json = parseJson(body);
  if (status === 200) {
    const parsed = answerSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new InvalidAnswerError(operation, 'it is not a token with a lifetime');
  }
  const parsed = errorSchema.safeParse(json);
  const details = parsed.success ? `${parsed.data.error} ${parsed.data.error_description ?? ''}` : '';
  const text = toPlainDetails(`HTTP ${status} ${details.replaceAll(secret, '…')}`);
  if (status === 400 || status === 401)
    throw new ControlPlaneRefusedError(operation, 'UNAUTHENTICATED', text);
  if (status === 403) throw new ControlPlaneRefusedError(operation, 'PERMISSION_DENIED', text);
  throw new ControlPlaneUnavailableError(operation, 'UNAVAILABLE', text);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
