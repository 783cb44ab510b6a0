import type { KeyObject } from 'node:crypto';
import type { Clock } from '@ccd/reconcile';
import type { SigningKeyStore, StoredSigningKey } from '../principals.ts';
import { planKeys } from './key-plan.ts';
import type { KeyLife } from './key-plan.ts';
import type { KeyKind } from './key-kinds.ts';

export interface RingKey {
  readonly kid: string;
  readonly createdAt: number;
  readonly signingKey: KeyObject;
  readonly verifyingKey: KeyObject;
  /** The JSON Web Key to publish. */
  readonly publicJwk: string;
}

export interface KeyRingOptions {
  readonly store: SigningKeyStore;
  readonly clock: Clock;
  readonly kind: KeyKind;
  readonly life: KeyLife;
}

/** The keys of one purpose, shared through the store with every replica. */
export interface KeyRing {
  /** The key that signs now. */
  signing(): RingKey;
  /** The keys that verify now. */
  verifying(): readonly RingKey[];
  /** A key that verifies, by its id. Looks into the store where the id is new, as another replica may have made it. */
  find(kid: string): Promise<RingKey | undefined>;
  /** Reads the store, makes the next key when it is time, and removes the keys that are over. */
  tend(): Promise<void>;
}

/** No key has been loaded: `tend` comes before anything else. */
export class NoSigningKeyError extends Error {
  override readonly name = 'NoSigningKeyError';
  constructor() {
    super('there is no key to sign tokens with');
  }
}

/** An unknown key id asks the store, but no sender may make us ask it without end. */
const lookAgainMs = 10_000;

export function createKeyRing({ store, clock, kind, life }: KeyRingOptions): KeyRing {
  let keys: readonly RingKey[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  const plan = () => planKeys(keys, clock.now(), life);

  async function read(): Promise<void> {
    readAt = clock.monotonic();
    const known = new Map(keys.map((key) => [key.kid, key]));
    const stored = (await store.load()).filter(({ algorithm }) => algorithm === kind.algorithm);
    keys = stored.map((key) => known.get(key.kid) ?? toRingKey(key, kind));
  }

  return {
    signing() {
      const { signing } = plan();
      if (signing === undefined) throw new NoSigningKeyError();
      return signing;
    },
    verifying: () => plan().verifying,
    async find(kid) {
      const ofId = (): RingKey | undefined => plan().verifying.find((key) => key.kid === kid);
      if (ofId() === undefined && clock.monotonic() - readAt >= lookAgainMs) await read();
      return ofId();
    },
    async tend() {
      await read();
      const { needsNewKey, expired } = plan();
      if (needsNewKey) {
        await store.save(await kind.generate(clock.now()));
        await read();
      }
      for (const { kid } of expired) await store.remove(kid);
    },
  };
}

function toRingKey({ kid, createdAt, privateJwk, publicJwk }: StoredSigningKey, kind: KeyKind): RingKey {
  return { kid, createdAt, publicJwk, ...kind.read(privateJwk, publicJwk) };
}
