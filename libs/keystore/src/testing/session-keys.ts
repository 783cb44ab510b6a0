import { randomBytes, randomUUID } from 'node:crypto';
import type { SessionKey } from '../port.ts';
import type { KeyStoreSecrets } from '../wrapping/key-wrapper.ts';
import { createLocalKeyWrapper } from '../wrapping/local-key-wrapper.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** A session key made at `now` under the default policy. Its keyset is a text; the store never looks inside. */
export function newSessionKey(now: number, overrides: Partial<SessionKey> = {}): SessionKey {
  return {
    keyLink: randomUUID(),
    keyset: JSON.stringify({ primaryKeyId: randomBytes(4).readUInt32BE(), key: [] }),
    createdAt: now,
    rotatesAt: now + dayMs,
    policyId: '',
    expiresAt: now + 2556 * dayMs,
    ...overrides,
  };
}

/** Secrets of an installation, new at each call. */
export function newSecrets(): KeyStoreSecrets {
  const primary = { id: 'kek-1', key: randomBytes(32) };
  return { lookupSecret: randomBytes(32), wrapper: createLocalKeyWrapper({ primary }) };
}
