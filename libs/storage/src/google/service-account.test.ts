import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { InvalidLocationError } from '../errors.ts';
import { parseServiceAccount, signAssertion } from './service-account.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const document = {
  type: 'service_account',
  client_email: 'exports@project.iam.gserviceaccount.com',
  private_key_id: 'k1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  token_uri: 'https://oauth2.googleapis.com/token',
};

describe(parseServiceAccount, () => {
  it.each([
    [{ type: 'external_account' }, 'credentials.type'],
    [{ token_uri: 'https://canary.example/token' }, 'credentials.token_uri'],
    [{ private_key: 'canary' }, 'credentials.private_key'],
    [{ client_email: '' }, 'credentials.client_email'],
  ])('names the wrong field of %j and not what it holds', (change, field) => {
    const attempt = () => parseServiceAccount(JSON.stringify({ ...document, ...change }));
    expect(attempt).toThrow(InvalidLocationError);
    expect(attempt).toThrow(
      expect.objectContaining({ fields: [field], message: expect.not.stringContaining('canary') }),
    );
  });

  it('takes no text that is not JSON', () => {
    expect(() => parseServiceAccount('canary')).toThrow(InvalidLocationError);
  });
});

describe(signAssertion, () => {
  it('signs who asks for what, for an hour', () => {
    const account = parseServiceAccount(JSON.stringify(document));
    const [header = '', claims = '', signature = ''] = signAssertion(account, 'scope', 1_000_500).split('.');
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(read(claims)).toEqual({
      ...{ iss: document.client_email, scope: 'scope', aud: document.token_uri },
      ...{ iat: 1_000, exp: 4_600 },
    });
    const signed = Buffer.from(`${header}.${claims}`);
    const bytes = Buffer.from(signature, 'base64url');
    expect(verify('sha256', signed, createPublicKey(privateKey), bytes)).toBe(true);
  });
});
