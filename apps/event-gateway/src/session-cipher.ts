import { randomUUID } from 'node:crypto';
import type { ClientStream } from '@ccd/controlplane';
import type { CurrentKey, KeyStore, SessionKey } from '@ccd/keystore';
import type { FieldCipher, FieldCipherFactory } from '@ccd/privacy';
import { createCipherCache, generateKeyset, keysetToJson } from '@ccd/privacy';
import type { Clock } from '@ccd/reconcile';
import type { Policies } from './policies.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long events of a session are encrypted with one key. */
export const rotationMs = dayMs;

export interface SessionCiphersOptions {
  readonly keys: Pick<KeyStore, 'currentKey'>;
  readonly policies: Policies;
  readonly ciphers: FieldCipherFactory;
  readonly clock: Clock;
  /** Prepared keys that are held at most. @default 10 000 */
  readonly capacity?: number;
}

export interface SessionCipher {
  readonly keyLink: string;
  /** The prepared key; to be used before the next `await`, since another session may displace it. */
  cipher(): FieldCipher;
}

/** The prepared key of each session, made when there is none; durable before anybody gets it. */
export interface SessionCiphers {
  /**
   * At once where the key is at hand. Rejects with KeyStoreUnavailableError, UnknownPolicyError or
   * ControlPlaneUnavailableError.
   */
  of(stream: ClientStream['stream'], keyFieldValue: string): SessionCipher | Promise<SessionCipher>;
  close(): void;
}

export function createSessionCiphers(options: SessionCiphersOptions): SessionCiphers {
  const { keys, policies, ciphers, clock, capacity = 10_000 } = options;
  const prepared = createCipherCache({ ciphers, capacity });
  const toCipher = ({ key }: CurrentKey): SessionCipher => ({
    keyLink: key.keyLink,
    cipher: () => prepared.of(key),
  });

  function currentKey(stream: ClientStream['stream'], keyFieldValue: string, retentionDays: number) {
    return keys.currentKey({ streamId: stream.uuid, keyFieldValue }, () =>
      newSessionKey(policyOf(stream), retentionDays, clock.now()),
    );
  }

  async function waitFor(
    stream: ClientStream['stream'],
    keyFieldValue: string,
    retentionDays: number | Promise<number>,
  ): Promise<SessionCipher> {
    return toCipher(await currentKey(stream, keyFieldValue, await retentionDays));
  }

  return {
    of(stream, keyFieldValue) {
      const days = policies.retentionDays(policyOf(stream));
      if (typeof days !== 'number') return waitFor(stream, keyFieldValue, days);
      const current = currentKey(stream, keyFieldValue, days);
      return current instanceof Promise ? current.then(toCipher) : toCipher(current);
    },
    close() {
      prepared.clear();
    },
  };
}

const policyOf = (stream: ClientStream['stream']): string =>
  stream.kind === 'source' ? stream.policyId : '';

function newSessionKey(policyId: string, retentionDays: number, now: number): SessionKey {
  return {
    keyLink: randomUUID(),
    keyset: keysetToJson(generateKeyset()),
    createdAt: now,
    rotatesAt: now + rotationMs,
    policyId,
    expiresAt: now + retentionDays * dayMs,
  };
}
