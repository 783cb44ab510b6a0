import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  randomBytes,
} from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { StoredSigningKey } from '../principals.ts';

/** How keys of one algorithm are made and read. */
export interface KeyKind {
  /** Of JWS; marks the keys of this kind in the store. */
  readonly algorithm: string;
  generate(now: number): Promise<StoredSigningKey>;
  read(
    privateJwk: string,
    publicJwk: string,
  ): { readonly signingKey: KeyObject; readonly verifyingKey: KeyObject };
}

const generatePair = promisify(generateKeyPair);
const jwkSchema = z.custom<webcrypto.JsonWebKey>(
  (value) => z.looseObject({ kty: z.string() }).safeParse(value).success,
);

/** Access tokens: anybody verifies them with the published half. RS256 is what every verifier knows. */
export const accessKeys: KeyKind = {
  algorithm: 'RS256',
  async generate(createdAt) {
    const kid = newKid();
    const { privateKey, publicKey } = await generatePair('rsa', { modulusLength: 2048 });
    const toJwk = (key: KeyObject): string =>
      JSON.stringify({ ...key.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' });
    return { kid, algorithm: 'RS256', privateJwk: toJwk(privateKey), publicJwk: toJwk(publicKey), createdAt };
  },
  read: (privateJwk, publicJwk) => ({
    signingKey: createPrivateKey({ key: parseJwk(privateJwk), format: 'jwk' }),
    verifyingKey: createPublicKey({ key: parseJwk(publicJwk), format: 'jwk' }),
  }),
};

/**
 * Refresh tokens: nobody but us verifies them. Their key is secret and of another algorithm, so that no verifier of
 * access tokens, ours or anybody's, can take one for the other.
 */
export const refreshKeys: KeyKind = {
  algorithm: 'HS256',
  async generate(createdAt) {
    const kid = newKid();
    const k = randomBytes(32).toString('base64url');
    return {
      kid,
      algorithm: 'HS256',
      privateJwk: JSON.stringify({ kty: 'oct', k, kid }),
      publicJwk: '{}',
      createdAt,
    };
  },
  read(privateJwk) {
    const { k } = z.object({ k: z.string().min(43) }).parse(JSON.parse(privateJwk));
    const key = createSecretKey(Buffer.from(k, 'base64url'));
    return { signingKey: key, verifyingKey: key };
  },
};

function newKid(): string {
  return randomBytes(16).toString('base64url');
}

function parseJwk(json: string): webcrypto.JsonWebKey {
  return jwkSchema.parse(JSON.parse(json));
}
