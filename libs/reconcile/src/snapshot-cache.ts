import { fingerprintSnapshot } from './fingerprint.ts';
import type { DesiredSnapshot, SnapshotStore } from './types.ts';

/** The kept snapshot, read and written no more often than needed. */
export interface SnapshotCache<Spec> {
  /** Whether what is stored has been read since the start. */
  known(): boolean;
  /** Reads what is stored now: another process may have written it. */
  load(signal: AbortSignal): Promise<DesiredSnapshot<Spec> | undefined>;
  /** What was last read or written. */
  current(): DesiredSnapshot<Spec> | undefined;
  /** Writes the snapshot unless it equals the current one. */
  keep(snapshot: DesiredSnapshot<Spec>, signal: AbortSignal): Promise<void>;
}

export function createSnapshotCache<Spec>(store: SnapshotStore<Spec>): SnapshotCache<Spec> {
  let stored: { readonly snapshot: DesiredSnapshot<Spec>; readonly fingerprint: string } | undefined;
  let known = false;

  return {
    known: () => known,
    current: () => stored?.snapshot,
    async load(signal) {
      const snapshot = await store.load(signal);
      stored = snapshot && { snapshot, fingerprint: fingerprintSnapshot(snapshot) };
      known = true;
      return snapshot;
    },
    async keep(snapshot, signal) {
      const fingerprint = fingerprintSnapshot(snapshot);
      if (stored?.fingerprint === fingerprint) return;
      await store.save(snapshot, signal);
      stored = { snapshot, fingerprint };
      known = true;
    },
  };
}
