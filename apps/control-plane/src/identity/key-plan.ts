/** Life of the keys of one purpose, in milliseconds. */
export interface KeyLife {
  /** Age of the newest key at which the next one is made. */
  readonly rotateAfterMs: number;
  /** Time between a key's making and its first signature, in which every holder of the published keys learns of it. */
  readonly publishAheadMs: number;
  /** Longest time for which a signed token is accepted, leeway included. */
  readonly tokenLifeMs: number;
}

export interface KeyAge {
  readonly kid: string;
  readonly createdAt: number;
}

export interface KeyPlan<Key extends KeyAge> {
  /** Signs from now on; absent only where there is no key at all. */
  readonly signing?: Key;
  /** Verify, and are published: everything that signed a token which is still good, and what will sign next. */
  readonly verifying: readonly Key[];
  /** Signed nothing that is still good. */
  readonly expired: readonly Key[];
  readonly needsNewKey: boolean;
}

/**
 * What each key is for at the moment `now`. The newest key that was published for long enough signs; where none was,
 * the oldest does, so that the first key signs at once. A key expires when the last token that it can have signed has.
 */
export function planKeys<Key extends KeyAge>(
  keys: readonly Key[],
  now: number,
  { rotateAfterMs, publishAheadMs, tokenLifeMs }: KeyLife,
): KeyPlan<Key> {
  const byAge = [...keys].sort((a, b) => a.createdAt - b.createdAt || (a.kid < b.kid ? -1 : 1));
  const signsSince = (key: Key): number => key.createdAt + publishAheadMs;
  const signing = byAge.findLast((key) => signsSince(key) <= now) ?? byAge[0];

  const verifying: Key[] = [];
  const expired: Key[] = [];
  for (const [index, key] of byAge.entries()) {
    const successor = byAge[index + 1];
    const lastSignature = successor === undefined ? Infinity : signsSince(successor);
    (lastSignature + tokenLifeMs <= now ? expired : verifying).push(key);
  }
  const newest = byAge.at(-1);
  return {
    ...(signing && { signing }),
    verifying,
    expired,
    needsNewKey: newest === undefined || newest.createdAt + rotateAfterMs <= now,
  };
}
