import type { StreamTokens } from '@ccd/dataplane';
import { createStreamTokens } from '@ccd/dataplane';
import type { Clock } from '@ccd/reconcile';
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose';

const issuer = 'https://accounts.example/auth/realms/streams';

export interface TokenIssuer {
  readonly tokens: StreamTokens;
  /** A token as the realm gives it, with these claims changed. */
  sign(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signed with a key that the realm does not publish, under the id of one that it does. */
  forge(): Promise<string>;
  /** `alg` none. */
  unsigned(): string;
  /** Signed with HS256, the published key as the secret. */
  confused(): Promise<string>;
}

/** A realm and what verifies its tokens, as the gateway has it. */
export async function createTokenIssuer(clock: Clock): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const other = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'ES256' };
  const payload = (claims: Readonly<Record<string, unknown>> = {}) => ({
    iss: issuer,
    aud: 'ccd-data-plane',
    installationId: 'here',
    clientId: 'stream-demo',
    exp: clock.now() / 1000 + 3600,
    ...claims,
  });
  const header = { alg: 'ES256', kid: 'first' };
  return {
    tokens: createStreamTokens({
      issuer,
      installationId: 'here',
      clock,
      keys: {
        fetch: async () => ({ keys: [jwk] }),
        loadCached: async () => undefined,
        saveCached: async () => {},
      },
    }),
    sign: (claims) => new SignJWT(payload(claims)).setProtectedHeader(header).sign(privateKey),
    forge: () => new SignJWT(payload()).setProtectedHeader(header).sign(other.privateKey),
    unsigned: () => new UnsecuredJWT(payload()).encode(),
    confused: () =>
      new SignJWT(payload())
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(Buffer.from(JSON.stringify(jwk))),
  };
}
