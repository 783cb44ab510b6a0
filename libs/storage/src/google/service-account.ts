import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { InvalidLocationError } from '../errors.ts';

/** Where Google's service accounts get their tokens. No document chooses another place. */
export const googleTokenUrl = 'https://oauth2.googleapis.com/token';

export interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId?: string;
}

const filled = z.string().min(1);

/** What Google hands out for a service account; other types of documents name commands and hosts to ask. */
const documentSchema = z.object({
  type: z.literal('service_account'),
  client_email: filled,
  private_key: filled,
  private_key_id: filled.optional(),
  token_uri: z.literal([googleTokenUrl, 'https://accounts.google.com/o/oauth2/token']).optional(),
});

/**
 * @param field of the location, which holds the document
 * @throws InvalidLocationError, which names fields and never their content
 */
export function parseServiceAccount(document: string, field = 'credentials'): ServiceAccount {
  const parsed = documentSchema.safeParse(parseJson(document));
  if (!parsed.success) {
    throw new InvalidLocationError(parsed.error.issues.map(({ path }) => [field, ...path].join('.')));
  }
  const { client_email: email, private_key: pem, private_key_id: keyId } = parsed.data;
  return { email, key: readKey(pem, field), ...(keyId !== undefined && { keyId }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readKey(pem: string, field: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // What OpenSSL says is of no use to a person.
  }
  throw new InvalidLocationError([`${field}.private_key`]);
}

const validSeconds = 3_600;
const toBase64Url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * What a service account shows for a token (RFC 7523; RS256).
 * @param now milliseconds since the epoch
 */
export function signAssertion({ email, key, keyId }: ServiceAccount, scope: string, now: number): string {
  const issued = Math.floor(now / 1_000);
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) };
  const claims = { iss: email, scope, aud: googleTokenUrl, iat: issued, exp: issued + validSeconds };
  const signed = `${toBase64Url(header)}.${toBase64Url(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}
