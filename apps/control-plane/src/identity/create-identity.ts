import type { Clock } from '@ccd/reconcile';
import type { ClientRegistry, SigningKeyStore, TokenVerifier } from '../principals.ts';
import { createFailedAttempts } from './failed-attempts.ts';
import { createIdentityRoutes } from './identity-routes.ts';
import type { RequestListener } from './identity-routes.ts';
import { accessKeys, refreshKeys } from './key-kinds.ts';
import type { KeyLife } from './key-plan.ts';
import { createKeyRing } from './key-ring.ts';
import { createRememberingVerifier } from './remembering-verifier.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { accessTokenSeconds, createTokens, leewaySeconds, refreshTokenSeconds } from './tokens.ts';

export interface IdentityOptions {
  /** Base URL under which clients reach the realms; the `iss` of every token begins with it. */
  readonly issuerBase: string;
  readonly clients: ClientRegistry;
  readonly keys: SigningKeyStore;
  readonly clock: Clock;
  /** @default 30 days */
  readonly rotateAfterMs?: number;
  /** Longer than any verifier keeps the published keys. @default 1 hour */
  readonly publishAheadMs?: number;
  /** Answers the paths that are not ours. @default 404 */
  readonly otherwise?: RequestListener;
  /** Told of what went wrong on our side: the store, the registry. */
  readonly onError?: (error: unknown) => void;
}

/** The identity provider: token endpoints, published keys, and the verification of its own tokens. */
export interface Identity {
  /** For HTTP/1.1 and HTTP/2. */
  readonly requestListener: RequestListener;
  readonly verifier: TokenVerifier;
  /** Reads or makes the keys, and begins to rotate them. @throws what the store throws */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const dayMs = 86_400_000;
/** Well below the time for which a key is published ahead, so that every replica knows it before it signs. */
const tendEveryMs = 600_000;

export function createIdentity(options: IdentityOptions): Identity {
  const { clients, keys: store, clock, rotateAfterMs = 30 * dayMs, publishAheadMs = 3_600_000 } = options;
  const { onError = () => {}, otherwise } = options;
  const issuerBase = options.issuerBase.replace(/\/+$/, '');
  const lifeOf = (tokenSeconds: number): KeyLife => ({
    rotateAfterMs,
    publishAheadMs,
    tokenLifeMs: (tokenSeconds + leewaySeconds) * 1000,
  });
  const access = createKeyRing({ store, clock, kind: accessKeys, life: lifeOf(accessTokenSeconds) });
  const refresh = createKeyRing({ store, clock, kind: refreshKeys, life: lifeOf(refreshTokenSeconds) });
  const tokens = createTokens({ issuerBase, clock, access, refresh });
  const attempts = createFailedAttempts({ clock });
  const token = createTokenEndpoint({ clients, tokens, attempts, clock });
  const stopping = new AbortController();
  let tending: Promise<void> = Promise.resolve();

  async function tend(): Promise<void> {
    await access.tend();
    await refresh.tend();
  }

  async function tendForever(): Promise<void> {
    for (;;) {
      try {
        await clock.sleep(tendEveryMs, stopping.signal);
      } catch {
        return;
      }
      await tend().catch(onError);
    }
  }

  return {
    requestListener: createIdentityRoutes({
      issuerBase,
      keys: access,
      token,
      onError,
      ...(otherwise && { otherwise }),
    }),
    verifier: createRememberingVerifier({ verifier: tokens, clock }),
    async start() {
      await tend();
      tending = tendForever();
    },
    async stop() {
      stopping.abort();
      await tending;
    },
  };
}
