import type { RegisteredClient } from '../principals.ts';
import { decode } from './form.ts';
import type { Form, FormValue } from './form.ts';
import { OauthError } from './oauth-error.ts';

/** What a client says of itself. A secret that is empty counts as none, as a public client sends it. */
export interface ClientClaim {
  readonly clientId: string;
  readonly secret?: FormValue;
}

/**
 * Reads client id and secret from an HTTP Basic header or from the form; a client that uses both must say the same.
 * @throws OauthError
 */
export function readClient(authorization: string | undefined, form: Form): ClientClaim {
  const basic = readBasic(authorization);
  const inForm = form.get('client_id');
  if (basic === undefined) {
    if (inForm === undefined || inForm.decoded === '') throw missing();
    return withSecret(inForm.decoded, form.get('client_secret'));
  }
  const [clientId, secret] = basic;
  if (inForm !== undefined && inForm.decoded !== clientId) {
    throw new OauthError('invalid_request', 'The header and the form name different clients');
  }
  return withSecret(clientId, secret);
}

/** Whether the secret is the client's, in either reading. */
export function isAuthentic(client: RegisteredClient, { decoded, raw }: FormValue): boolean {
  return client.verifySecret(decoded) || (raw !== decoded && client.verifySecret(raw));
}

function withSecret(clientId: string, secret: FormValue | undefined): ClientClaim {
  return secret === undefined || secret.raw === '' ? { clientId } : { clientId, secret };
}

function readBasic(authorization: string | undefined): readonly [string, FormValue] | undefined {
  if (authorization === undefined || !/^basic /i.test(authorization)) return undefined;
  const text = Buffer.from(authorization.slice('basic '.length).trim(), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw missing();
  const raw = text.slice(colon + 1);
  return [decode(text.slice(0, colon)), { decoded: decode(raw), raw }];
}

function missing(): OauthError {
  return new OauthError('invalid_client', 'A client id is needed, in the form or in a Basic header');
}
