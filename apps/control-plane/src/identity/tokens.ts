import { randomUUID } from 'node:crypto';
import type { Clock } from '@ccd/reconcile';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import type { Realm, RegisteredClient, TokenVerifier, VerifiedToken } from '../principals.ts';
import { InvalidTokenError } from './invalid-token-error.ts';
import { accessKeys, refreshKeys } from './key-kinds.ts';
import type { KeyRing } from './key-ring.ts';
import { audiences, issuerOf, realms } from './realms.ts';

export const accessTokenSeconds = 3_600;
export const refreshTokenSeconds = 30 * 86_400;
/** How far clocks may be apart. */
export const leewaySeconds = 60;

export interface TokensOptions {
  /** Base URL under which the realms are reached, without a slash at the end. */
  readonly issuerBase: string;
  readonly clock: Clock;
  readonly access: KeyRing;
  readonly refresh: KeyRing;
}

export interface Tokens extends TokenVerifier {
  issueAccess(realm: Realm, client: RegisteredClient): Promise<string>;
  issueRefresh(realm: Realm, client: RegisteredClient): Promise<string>;
  /** The client that the refresh token was given to. @throws InvalidTokenError */
  verifyRefresh(realm: Realm, token: string): Promise<string>;
}

const accessType = { header: 'JWT', claim: 'Bearer' };
const refreshType = { header: 'refresh+jwt', claim: 'Refresh' };

/** Makes and checks the tokens of all realms. */
export function createTokens({ issuerBase, clock, access, refresh }: TokensOptions): Tokens {
  function build(claims: JWTPayload, realm: Realm, { subject }: RegisteredClient, seconds: number): SignJWT {
    const now = Math.floor(clock.now() / 1000);
    return new SignJWT(claims)
      .setIssuer(issuerOf(issuerBase, realm))
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + seconds);
  }

  function sign(token: SignJWT, ring: KeyRing, alg: string, typ: string): Promise<string> {
    const { kid, signingKey } = ring.signing();
    return token.setProtectedHeader({ alg, kid, typ }).sign(signingKey);
  }

  /** Keys come from our rings alone: whatever a header says of `jku`, `x5u` or `jwk` is not looked at. */
  async function check(token: string, ring: KeyRing, options: JWTVerifyOptions): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(
        token,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await ring.find(kid);
          if (key === undefined) throw new InvalidTokenError('its key is not one of ours');
          return key.verifyingKey;
        },
        {
          ...options,
          clockTolerance: leewaySeconds,
          currentDate: new Date(clock.now()),
          requiredClaims: ['exp', 'iat', 'iss', 'clientId'],
        },
      );
      return payload;
    } catch (error) {
      throw toInvalidToken(error);
    }
  }

  return {
    issueAccess(realm, client) {
      const { clientId, email, installationId } = client;
      const claims = {
        typ: accessType.claim,
        aud: audiences[realm],
        azp: clientId,
        clientId,
        preferred_username: email ?? `service-account-${clientId}`,
        ...(installationId !== undefined && { installationId }),
        ...(email !== undefined && { email, email_verified: true }),
      };
      const token = build(claims, realm, client, accessTokenSeconds);
      return sign(token, access, accessKeys.algorithm, accessType.header);
    },
    issueRefresh(realm, client) {
      const claims = { typ: refreshType.claim, clientId: client.clientId };
      const token = build(claims, realm, client, refreshTokenSeconds).setAudience(
        issuerOf(issuerBase, realm),
      );
      return sign(token, refresh, refreshKeys.algorithm, refreshType.header);
    },
    async verifyRefresh(realm, token) {
      const issuer = issuerOf(issuerBase, realm);
      const payload = await check(token, refresh, {
        algorithms: [refreshKeys.algorithm],
        typ: refreshType.header,
        issuer,
        audience: issuer,
      });
      return clientIdOf(payload, refreshType.claim);
    },
    async verify(token): Promise<VerifiedToken> {
      const issuers = new Map(realms.map((realm) => [issuerOf(issuerBase, realm), realm]));
      const payload = await check(token, access, {
        algorithms: [accessKeys.algorithm],
        typ: accessType.header,
        issuer: [...issuers.keys()],
      });
      const realm = issuers.get(payload.iss ?? '');
      if (realm === undefined || payload.aud !== audiences[realm]) {
        throw new InvalidTokenError('it is meant for somebody else');
      }
      const acceptedUntil = ((payload.exp ?? 0) + leewaySeconds) * 1000;
      return { realm, clientId: clientIdOf(payload, accessType.claim), acceptedUntil };
    },
  };
}

function clientIdOf(payload: JWTPayload, type: string): string {
  const { typ, clientId } = payload;
  if (typ !== type) throw new InvalidTokenError('it is of another type');
  if (typeof clientId !== 'string' || clientId === '') throw new InvalidTokenError('it names no client');
  return clientId;
}

function toInvalidToken(error: unknown): unknown {
  if (error instanceof InvalidTokenError) return error;
  if (error instanceof errors.JWTExpired) return new InvalidTokenError('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new InvalidTokenError(`its ${error.claim} is not accepted`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new InvalidTokenError('its signature does not match');
  }
  if (error instanceof errors.JOSEError) return new InvalidTokenError('it is malformed');
  return error;
}
