import { createFakeClock } from '@ccd/reconcile/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JSONWebKeySet } from 'jose';
import { createStreamTokens } from './stream-tokens.ts';

const issuer = 'https://accounts.example/auth/realms/streams';

interface Pair {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JSONWebKeySet['keys'][number];
}

async function makePair(kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}

let first: Pair;
let second: Pair;
beforeAll(async () => {
  first = await makePair('first');
  second = await makePair('second');
});

/** A verifier whose issuer publishes `published`; undefined means that it does not answer. */
function setUp(published: () => JSONWebKeySet | undefined, cached?: JSONWebKeySet) {
  const clock = createFakeClock();
  let fetches = 0;
  const tokens = createStreamTokens({
    issuer,
    installationId: 'here',
    clock,
    keys: {
      fetch: async () => {
        fetches += 1;
        const keys = published();
        if (keys === undefined) throw new Error('unreachable');
        return keys;
      },
      loadCached: async () => cached,
      saveCached: async () => {},
    },
  });
  const sign = (claims: Record<string, unknown>, pair: Pair, header: Record<string, unknown> = {}) =>
    new SignJWT({
      iss: issuer,
      aud: 'ccd-data-plane',
      installationId: 'here',
      clientId: 'stream-a',
      exp: clock.now() / 1000 + 3600,
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', kid: pair.kid, ...header })
      .sign(pair.privateKey);
  const clientIdOf = async (token: Promise<string>) => tokens.clientIdOf(`Bearer ${await token}`);
  return { clock, tokens, sign, clientIdOf, fetches: () => fetches };
}

describe(createStreamTokens, () => {
  it('answers with the client id of a token of the realm', async () => {
    const { sign, clientIdOf } = setUp(() => ({ keys: [first.jwk] }));
    await expect(clientIdOf(sign({}, first))).resolves.toBe('stream-a');
  });

  it.each([
    ['of another realm', { iss: 'https://accounts.example/auth/realms/users' }, 'invalid'],
    ['of another installation', { installationId: 'there' }, 'invalid'],
    ['of no installation', { installationId: undefined }, 'invalid'],
    ['for another audience', { aud: 'ccd-control-plane' }, 'invalid'],
    ['that has expired', { exp: 1 }, 'expired'],
    ['without an expiry', { exp: undefined }, 'invalid'],
    ['that is not valid yet', { nbf: 99_999_999_999 }, 'invalid'],
    ['without a client id', { clientId: undefined }, 'no-client-id'],
    ['that is a refresh token', { typ: 'Refresh' }, 'invalid'],
  ])('refuses a token %s', async (_case, claims, reason) => {
    const { sign, clientIdOf } = setUp(() => ({ keys: [first.jwk] }));
    await expect(clientIdOf(sign(claims, first))).rejects.toMatchObject({ reason });
  });

  it('refuses a token signed with a key that is not published', async () => {
    const { sign, clientIdOf } = setUp(() => ({ keys: [first.jwk] }));
    await expect(clientIdOf(sign({}, second))).rejects.toMatchObject({ reason: 'invalid' });
    await expect(clientIdOf(sign({}, second, { kid: 'first' }))).rejects.toMatchObject({ reason: 'invalid' });
  });

  it.each([undefined, '', 'Basic YTpi', 'Bearer x', 'Bearer a.b'])(
    'takes %p for no token',
    async (header) => {
      const { tokens } = setUp(() => ({ keys: [first.jwk] }));
      await expect(tokens.clientIdOf(header)).rejects.toMatchObject({ reason: 'missing' });
    },
  );

  it('answers at once for a token that it has verified, and for no other that ends alike', async () => {
    const { tokens, sign } = setUp(() => ({ keys: [first.jwk] }));
    const token = `Bearer ${await sign({}, first)}`;
    await tokens.clientIdOf(token);
    expect(tokens.clientIdOf(token)).toBe('stream-a');
    const forged = token.replace(/\..*\./, '.e30.');
    await expect(tokens.clientIdOf(forged)).rejects.toMatchObject({ reason: 'invalid' });
  });

  it('goes by what it knows while it asks for fresh keys, and no longer once one is withdrawn', async () => {
    let published: JSONWebKeySet = { keys: [first.jwk, second.jwk] };
    const { clock, tokens, sign } = setUp(() => published);
    const token = `Bearer ${await sign({}, first)}`;
    await tokens.clientIdOf(token);
    published = { keys: [second.jwk] };
    await clock.advance(601_000);
    expect(tokens.clientIdOf(token)).toBe('stream-a');
    await clock.advance(0);
    await expect(tokens.clientIdOf(token)).rejects.toMatchObject({ reason: 'invalid' });
  });

  it('stops accepting a token that it has verified before once it expires', async () => {
    const { clock, sign, clientIdOf } = setUp(() => ({ keys: [first.jwk] }));
    const token = sign({}, first);
    await clientIdOf(token);
    await clock.advance(3_700_000);
    await expect(clientIdOf(token)).rejects.toMatchObject({ reason: 'expired' });
  });

  it('fetches the keys again when a token names one that it does not know', async () => {
    let published: JSONWebKeySet = { keys: [first.jwk] };
    const { clock, sign, clientIdOf } = setUp(() => published);
    await clientIdOf(sign({}, first));
    published = { keys: [first.jwk, second.jwk] };
    await clock.advance(15_000);
    await expect(clientIdOf(sign({}, second))).resolves.toBe('stream-a');
  });

  it('does not let unknown key ids make it ask without end', async () => {
    const { sign, clientIdOf, fetches } = setUp(() => ({ keys: [first.jwk] }));
    for (let count = 0; count < 20; count += 1) {
      await expect(clientIdOf(sign({}, second))).rejects.toMatchObject({ reason: 'invalid' });
    }
    expect(fetches()).toBe(1);
  });

  it('verifies with the cached keys while the issuer is away', async () => {
    const { sign, clientIdOf } = setUp(() => undefined, { keys: [first.jwk] });
    await expect(clientIdOf(sign({}, first))).resolves.toBe('stream-a');
  });

  it('says that it cannot judge a token when there are no keys at all', async () => {
    const { sign, clientIdOf } = setUp(() => undefined);
    await expect(clientIdOf(sign({}, first))).rejects.toMatchObject({ name: 'KeySetUnavailableError' });
  });

  it('forgets what a withdrawn key has verified', async () => {
    let published: JSONWebKeySet = { keys: [first.jwk, second.jwk] };
    const { clock, sign, clientIdOf } = setUp(() => published);
    const token = sign({}, first);
    await clientIdOf(token);
    published = { keys: [second.jwk] };
    await clock.advance(601_000);
    await clientIdOf(sign({}, second));
    await clock.advance(0);
    await expect(clientIdOf(token)).rejects.toMatchObject({ reason: 'invalid' });
  });
});
