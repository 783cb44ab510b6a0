import type { Clock } from './clock.ts';
import { KeyMap } from './key-map.ts';
import type { GuardRecord, ResourceKey } from './types.ts';

type RecordedDeletion = GuardRecord['deletions'][number];

/**
 * The deletions by absence that were begun of late. Ages count in monotonic time, so that a jump of the wall clock
 * neither closes nor opens the window; only a restart falls back on wall time, and there a clock that ran backwards
 * makes an entry young, never old.
 */
export interface DeletionWindow {
  /** Notes deletions that are about to begin, perhaps not for the first time. */
  begin(keys: readonly ResourceKey[]): void;
  /** Forgets what is older than the window. Not called while a hold lasts: time alone releases nothing. */
  prune(): void;
  recent(): readonly ResourceKey[];
  toRecord(): readonly RecordedDeletion[];
  restore(deletions: readonly RecordedDeletion[]): void;
}

export function createDeletionWindow(clock: Clock, windowMs: number): DeletionWindow {
  let begun = new KeyMap<{ readonly at: number; readonly since: number }>();

  return {
    begin(keys) {
      for (const key of keys) begun.set(key, { at: clock.now(), since: clock.monotonic() });
    },
    prune() {
      const oldest = clock.monotonic() - windowMs;
      const young = new KeyMap<{ readonly at: number; readonly since: number }>();
      for (const [key, times] of begun.entries()) if (times.since > oldest) young.set(key, times);
      begun = young;
    },
    recent: () => [...begun.entries()].map(([key]) => key),
    toRecord: () => [...begun.entries()].map(([key, { at }]) => ({ key, at })),
    restore(deletions) {
      begun = new KeyMap();
      for (const { key, at } of deletions) {
        const age = Math.min(Math.max(clock.now() - at, 0), windowMs);
        begun.set(key, { at, since: clock.monotonic() - age });
      }
    },
  };
}
