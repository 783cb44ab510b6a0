import { randomUUID } from 'node:crypto';
import type { ClientStream } from '@ccd/controlplane';
import type { KeyStore, SessionKey } from '@ccd/keystore';
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
  /** @throws KeyStoreUnavailableError, UnknownPolicyError, ControlPlaneUnavailableError */
  of(stream: ClientStream['stream'], keyFieldValue: string): Promise<SessionCipher>;
  close(): void;
}

export function createSessionCiphers(options: SessionCiphersOptions): SessionCiphers {
  const { keys, policies, ciphers, clock, capacity = 10_000 } = options;
  const prepared = createCipherCache({ ciphers, capacity });
  return {
    async of(stream, keyFieldValue) {
      const policyId = stream.kind === 'source' ? stream.policyId : '';
      const retentionDays = await policies.retentionDays(policyId);
      const { key } = await keys.currentKey({ streamId: stream.uuid, keyFieldValue }, () =>
        newSessionKey(policyId, retentionDays, clock.now()),
      );
      return { keyLink: key.keyLink, cipher: () => prepared.of(key) };
    },
    close() {
      prepared.clear();
    },
  };
}

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
