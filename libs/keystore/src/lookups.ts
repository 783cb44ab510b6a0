import { LRUCache } from 'lru-cache';
import type { SessionRef } from './port.ts';
import { lookupKey } from './lookup-key.ts';

/**
 * The look-up keys of the sessions used last: computing one costs more than everything else about a known session. Values
 * of key fields stay in this process's memory.
 */
export interface Lookups {
  of(session: SessionRef): string;
  clear(): void;
}

export function createLookups(secret: Buffer, size: number): Lookups {
  const known = new LRUCache<string, string>({ max: size });
  return {
    of(session) {
      // Ids of streams have no slash, so that no two sessions share a name.
      const name = `${session.streamId}/${session.keyFieldValue}`;
      const before = known.get(name);
      if (before !== undefined) return before;
      const lookup = lookupKey(secret, session);
      known.set(name, lookup);
      return lookup;
    },
    clear: () => {
      known.clear();
    },
  };
}
