import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { decodeJwt, decodeProtectedHeader, exportJWK, importJWK, SignJWT } from 'jose';
import type { JWTHeaderParameters } from 'jose';
import type { RegisteredClient } from '../principals.ts';
import { InvalidTokenError } from './invalid-token-error.ts';
import { accessKeys, refreshKeys } from './key-kinds.ts';
import { createKeyRing } from './key-ring.ts';
import { createMemoryRegistry } from './testing/memory-registry.ts';
import { createTokens, leewaySeconds } from './tokens.ts';

const issuerBase = 'https://accounts.example.com';
const clock = createFakeClock();
const registry = createMemoryRegistry();
const life = { rotateAfterMs: 1e10, publishAheadMs: 0, tokenLifeMs: 1e10 };
const access = createKeyRing({ store: registry.keys, clock, kind: accessKeys, life });
const refresh = createKeyRing({ store: registry.keys, clock, kind: refreshKeys, life });
const tokens = createTokens({ issuerBase, clock, access, refresh });
const client: RegisteredClient = { clientId: 'ins-1', subject: 's', verifySecret: () => true };
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

beforeAll(async () => {
  await access.tend();
  await refresh.tend();
});

/** A token as we would make it, but for what a test changes. */
async function forge(
  claims: Readonly<Record<string, unknown>> = {},
  header: Partial<JWTHeaderParameters> = {},
  key: Parameters<SignJWT['sign']>[0] = access.signing().signingKey,
): Promise<string> {
  const good = decodeJwt(await tokens.issueAccess('installations', client));
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: access.signing().kid, ...header })
    .sign(key);
}

const seconds = (offset: number): number => Math.floor(clock.now() / 1000) + offset;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe(createTokens, () => {
  it('makes access tokens with the claims that the data plane and the command line read', async () => {
    const token = await tokens.issueAccess('users', {
      ...client,
      clientId: 'user-1',
      email: 'a@example.com',
    });
    expect(decodeJwt(token)).toMatchObject({
      iss: `${issuerBase}/auth/realms/users`,
      sub: 's',
      aud: 'ccd-control-plane',
      typ: 'Bearer',
      clientId: 'user-1',
      email: 'a@example.com',
      iat: seconds(0),
      exp: seconds(3_600),
      jti: expect.any(String),
    });
  });

  it('names the installation whose gateway takes the token, where the client has one', async () => {
    const token = await tokens.issueAccess('streams', { ...client, installationId: 'i-1' });
    expect(decodeJwt(token)).toMatchObject({ installationId: 'i-1' });
    expect(decodeJwt(await tokens.issueAccess('streams', client))).not.toHaveProperty('installationId');
  });

  it.each([
    ['users', 'ccd-control-plane'],
    ['installations', 'ccd-control-plane'],
    ['streams', 'ccd-data-plane'],
  ] as const)('means tokens of the realm %s for %s, and verifies them', async (realm, audience) => {
    const token = await tokens.issueAccess(realm, client);
    expect(decodeJwt(token).aud).toBe(audience);
    const acceptedUntil = ((decodeJwt(token).exp ?? 0) + leewaySeconds) * 1000;
    await expect(tokens.verify(token)).resolves.toEqual({ realm, clientId: 'ins-1', acceptedUntil });
  });

  it('accepts a forged copy that changes nothing, so that the cases below fail for their own reason', async () => {
    await expect(tokens.verify(await forge())).resolves.toMatchObject({
      realm: 'installations',
      clientId: 'ins-1',
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['an expired token', { exp: seconds(-61) }],
    ['a token that is not yet valid', { nbf: seconds(61) }],
    ['a token of a realm that does not exist', { iss: `${issuerBase}/auth/realms/admin` }],
    ['a token of another issuer', { iss: 'https://evil.example.com/auth/realms/installations' }],
    ['a token for the data plane in another realm', { aud: 'ccd-data-plane' }],
    ['a token for several audiences', { aud: ['ccd-control-plane', 'other'] }],
    ['a token of another type', { typ: 'ID' }],
    ['a token without a client', { clientId: undefined }],
    ['a token whose client is no text', { clientId: 7 }],
    ['a token without an end', { exp: undefined }],
  ])('refuses %s', async (_, claims) => {
    await expect(tokens.verify(await forge(claims))).rejects.toThrow(InvalidTokenError);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['ended a minute ago', { exp: seconds(-58) }],
    ['begins within a minute', { nbf: seconds(58) }],
  ])('allows for clocks that differ: a token that %s', async (_, claims) => {
    await expect(tokens.verify(await forge(claims))).resolves.toBeDefined();
  });

  it('refuses tokens without a signature', async () => {
    const [, payload] = (await forge()).split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const token = `${encode({ alg, typ: 'JWT', kid: access.signing().kid })}.${payload ?? ''}.`;
      await expect(tokens.verify(token)).rejects.toThrow(InvalidTokenError);
    }
  });

  it('refuses a token that is signed with the published key as if it were a secret', async () => {
    const { publicJwk, verifyingKey } = access.signing();
    const secrets = [publicJwk, verifyingKey.export({ type: 'spki', format: 'pem' })];
    for (const secret of secrets) {
      const token = await forge({}, { alg: 'HS256' }, createSecretKey(Buffer.from(secret)));
      await expect(tokens.verify(token)).rejects.toThrow(InvalidTokenError);
    }
  });

  it('refuses a key that is not ours, whatever id it carries', async () => {
    for (const kid of [access.signing().kid, 'unknown', '../../etc/passwd', "' OR 1=1 --"]) {
      await expect(tokens.verify(await forge({}, { kid }, foreign.privateKey))).rejects.toThrow(
        InvalidTokenError,
      );
    }
  });

  it('looks at no key that a token brings along or points to', async () => {
    const jwk = { ...(await exportJWK(foreign.publicKey)), alg: 'RS256' };
    const headers = [{ jwk }, { jku: 'http://127.0.0.1:1/keys' }, { x5u: 'http://127.0.0.1:1/cert' }];
    for (const header of headers) {
      await expect(tokens.verify(await forge({}, header, foreign.privateKey))).rejects.toThrow(
        InvalidTokenError,
      );
    }
    expect(await importJWK(jwk)).toBeDefined();
  });

  it('refuses a token without a key id, of another header type, or with an extension that it does not know', async () => {
    for (const header of [{ kid: undefined }, { typ: 'at+jwt' }, { typ: undefined }]) {
      await expect(tokens.verify(await forge({}, header as Partial<JWTHeaderParameters>))).rejects.toThrow(
        InvalidTokenError,
      );
    }
  });

  it('refuses a payload that was changed after signing', async () => {
    const [header, payload, signature] = (await forge()).split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const changed = encode({ ...(claims as object), clientId: 'ins-2' });
    await expect(tokens.verify(`${header ?? ''}.${changed}.${signature ?? ''}`)).rejects.toThrow(
      InvalidTokenError,
    );
  });

  it.each(['', '.', '..', 'a.b.c', '{}', 'x'.repeat(100_000)])('refuses the text %#', async (text) => {
    await expect(tokens.verify(text)).rejects.toThrow(InvalidTokenError);
  });

  it('takes no refresh token for an access token, nor the other way round', async () => {
    const refreshToken = await tokens.issueRefresh('installations', client);
    const accessToken = await tokens.issueAccess('installations', client);
    await expect(tokens.verify(refreshToken)).rejects.toThrow(InvalidTokenError);
    await expect(tokens.verifyRefresh('installations', accessToken)).rejects.toThrow(InvalidTokenError);
  });

  it('signs refresh tokens with a key that is published nowhere', async () => {
    const { kid, alg } = decodeProtectedHeader(await tokens.issueRefresh('streams', client));
    expect(alg).toBe('HS256');
    expect(access.verifying().map((key) => key.kid)).not.toContain(kid);
  });

  it('takes a refresh token in its own realm alone, and until it ends', async () => {
    const token = await tokens.issueRefresh('streams', client);
    await expect(tokens.verifyRefresh('streams', token)).resolves.toBe('ins-1');
    await expect(tokens.verifyRefresh('users', token)).rejects.toThrow(InvalidTokenError);
    await clock.advance(30 * 86_400_000 + 61_000);
    await expect(tokens.verifyRefresh('streams', token)).rejects.toThrow('it has expired');
  });

  it('never repeats a part of the token', async () => {
    const token = await forge({ iss: 'https://person@evil.example.com' });
    await expect(tokens.verify(token)).rejects.toThrow(/^The token is not valid: its iss is not accepted$/);
  });
});
