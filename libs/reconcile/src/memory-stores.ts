import type { DesiredSnapshot, GuardRecord, GuardRecordStore, SnapshotStore } from './types.ts';

/** A snapshot store that lasts as long as the process. */
export function createMemorySnapshotStore<Spec>(): SnapshotStore<Spec> {
  let stored: DesiredSnapshot<Spec> | undefined;
  return {
    load: async () => stored,
    save: async (snapshot) => {
      stored = snapshot;
    },
  };
}

/** A store for the guard's record that lasts as long as the process. */
export function createMemoryGuardRecordStore(): GuardRecordStore {
  let stored: GuardRecord | undefined;
  return {
    load: async () => stored,
    save: async (record) => {
      stored = record;
    },
  };
}
