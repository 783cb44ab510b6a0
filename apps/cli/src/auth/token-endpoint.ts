import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { innermostReason } from '../files/innermost-reason.ts';

const answer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().default(''),
  expires_in: z.number(),
});

export interface TokenAnswer {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresInSeconds: number;
}

export interface ClientCredentials {
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
}

/** The server understood the request and said no. */
export class TokenRefusedError extends CliError {
  readonly status: number;

  constructor(url: string, status: number, reason: string) {
    super(`${url} refused the credentials (${status}${reason === '' ? '' : `: ${reason}`})`);
    this.status = status;
  }
}

export type Realm = 'users' | 'streams';

export const tokenUrl = (apiAuthUrl: string, realm: Realm): string =>
  `${apiAuthUrl.replace(/\/+$/, '')}/auth/realms/${realm}/protocol/openid-connect/token`;

export type Grant =
  | { readonly grant_type: 'client_credentials'; readonly scope?: string }
  | { readonly grant_type: 'refresh_token'; readonly refresh_token: string };

/**
 * Asks for a token. The client introduces itself in an HTTP Basic header first and, where a server does not take that,
 * in the form: the order of the customary clients.
 * @throws TokenRefusedError, CliError
 */
export async function requestToken(
  fetch: typeof globalThis.fetch,
  url: string,
  client: ClientCredentials,
  grant: Grant,
): Promise<TokenAnswer> {
  const { clientId, clientSecret = '' } = client;
  const form = new URLSearchParams({ ...grant });
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
  const first = await post(fetch, url, form, { authorization: `Basic ${basic.toString('base64')}` });
  if (!isRefusal(first)) return read(url, first);
  await first.body?.cancel();

  form.set('client_id', clientId);
  if (clientSecret !== '') form.set('client_secret', clientSecret);
  const second = await post(fetch, url, form, {});
  if (!isRefusal(second)) return read(url, second);
  throw new TokenRefusedError(url, second.status, await reasonOf(second));
}

/** Other codes say that the server cannot answer now, or is not one of tokens. */
const isRefusal = ({ status }: Response): boolean => status === 400 || status === 401 || status === 403;

async function post(
  fetch: typeof globalThis.fetch,
  url: string,
  body: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(30_000) });
  } catch (cause) {
    throw new CliError(`${url} cannot be reached (${innermostReason(cause)})`, { cause });
  }
}

async function read(url: string, response: Response): Promise<TokenAnswer> {
  if (!response.ok) throw new CliError(`${url} answered ${response.status}`);
  const parsed = answer.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new CliError(`${url} answered with something that is not a token`);
  const { access_token, refresh_token, expires_in } = parsed.data;
  return { accessToken: access_token, refreshToken: refresh_token, expiresInSeconds: expires_in };
}

/** OAuth errors are JSON with a description; anything else is shown by its status alone. */
async function reasonOf(response: Response): Promise<string> {
  const fields = z.object({ error: z.string(), error_description: z.string().optional() });
  const parsed = fields.safeParse(await response.json().catch(() => undefined));
  return parsed.success ? (parsed.data.error_description ?? parsed.data.error) : '';
}
