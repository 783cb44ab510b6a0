import type { Clock } from '@ccd/reconcile';
import { LRUCache } from 'lru-cache';
import type { SessionKey } from './port.ts';

export interface CachedKey {
  readonly key: SessionKey;
  readonly streamId: string;
  /** Set where the key is its session's current one. */
  readonly lookup: string | undefined;
  /** Monotonic time at which it stops being current, so that a jump of the wall clock neither shortens nor extends it. */
  readonly currentUntil: number;
  /** Monotonic time at which the index is asked again: it may have been erased elsewhere. */
  readonly freshUntil: number;
}

/** Unwrapped keys, the most recently used ones: by link, and by session where they are current. */
export interface KeyCache {
  byLink(keyLink: string): CachedKey | undefined;
  /** The session's key unless it has rotated. */
  bySession(lookup: string): CachedKey | undefined;
  /** Whether the key, seen by this process before, has had its time, whatever the wall clock says now. */
  hasRotated(keyLink: string): boolean;
  put(key: SessionKey, streamId: string, lookup?: string): void;
  /** The index has confirmed the key. */
  refresh(keyLink: string): void;
  forget(keyLink: string): void;
  clear(): void;
}

/**
 * Keys leave the cache whole: the reference is dropped under link and session alike. JavaScript cannot overwrite a
 * string, so that the memory itself is the garbage collector's.
 */
export function createKeyCache(options: {
  readonly clock: Clock;
  readonly size: number;
  readonly recheckMs: number;
}): KeyCache {
  const { clock } = options;
  const links = new Map<string, string>();
  const keys = new LRUCache<string, CachedKey>({
    max: options.size,
    dispose({ lookup }, keyLink) {
      if (lookup !== undefined && links.get(lookup) === keyLink) links.delete(lookup);
    },
    noDisposeOnSet: true,
  });

  return {
    byLink: (keyLink) => keys.get(keyLink),
    bySession(lookup) {
      const cached = keys.get(links.get(lookup) ?? '');
      return cached && clock.monotonic() < cached.currentUntil ? cached : undefined;
    },
    hasRotated(keyLink) {
      const cached = keys.peek(keyLink);
      return cached !== undefined && clock.monotonic() >= cached.currentUntil;
    },
    put(key, streamId, lookup = keys.peek(key.keyLink)?.lookup) {
      keys.set(key.keyLink, {
        key,
        streamId,
        lookup,
        currentUntil:
          keys.peek(key.keyLink)?.currentUntil ?? clock.monotonic() + (key.rotatesAt - clock.now()),
        freshUntil: clock.monotonic() + options.recheckMs,
      });
      if (lookup !== undefined) links.set(lookup, key.keyLink);
    },
    refresh(keyLink) {
      const cached = keys.peek(keyLink);
      if (cached) keys.set(keyLink, { ...cached, freshUntil: clock.monotonic() + options.recheckMs });
    },
    forget(keyLink) {
      keys.delete(keyLink);
    },
    clear() {
      keys.clear();
      links.clear();
    },
  };
}
