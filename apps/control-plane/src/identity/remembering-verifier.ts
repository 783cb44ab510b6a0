import type { Clock } from '@ccd/reconcile';
import { LRUCache } from 'lru-cache';
import type { TokenVerifier, VerifiedToken } from '../principals.ts';

export interface RememberingVerifierOptions {
  readonly verifier: TokenVerifier;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** Tokens at most; each takes about 1 KB. @default 50 000 */
  readonly capacity?: number;
}

interface Remembered {
  readonly token: string;
  readonly verified: VerifiedToken;
  /** Monotonic. */
  readonly at: number;
}

/** A key that was withdrawn verifies nothing any more, at the latest after this time. */
const longestMs = 50_000;
/** The end of a token is a part of its signature: short to hash, and different in any two tokens. */
const tailLength = 43;

/**
 * Verifies a token again only every 50 s: agents show theirs every few seconds, for an hour. A token that has expired
 * is refused in any case, and one that was refused is not remembered. Says nothing about the client, which may have
 * been removed.
 */
export function createRememberingVerifier({
  verifier,
  clock,
  capacity = 50_000,
}: RememberingVerifierOptions): TokenVerifier {
  const remembered = new LRUCache<string, Remembered>({ max: capacity });

  return {
    async verify(token) {
      const tail = token.slice(-tailLength);
      const before = remembered.get(tail);
      if (
        before?.token === token &&
        clock.monotonic() - before.at < longestMs &&
        clock.now() < before.verified.acceptedUntil
      ) {
        return before.verified;
      }
      const at = clock.monotonic();
      const verified = await verifier.verify(token);
      remembered.set(tail, { token, verified, at });
      return verified;
    },
  };
}
