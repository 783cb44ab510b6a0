import { createHash } from 'node:crypto';
import { createMemoryGuardRecordStore, createMemorySnapshotStore } from '../memory-stores.ts';
import type {
  Desired,
  DesiredSnapshot,
  DesiredSource,
  GuardRecord,
  GuardRecordStore,
  ReleaseSource,
  ResourceKey,
  Revision,
  SnapshotStore,
} from '../types.ts';
import { createFaultInjector } from './fault-injector.ts';
import type { FaultInjector } from './fault-injector.ts';

/** A desired item whose hash is that of its spec. */
export function toDesired<Spec>(key: ResourceKey, spec: Spec): Desired<Spec> {
  return { key, spec, hash: createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16) };
}

/** A control plane of ours, reduced to its list: revisions count up, digests follow the content. */
export interface MemoryDesired<Spec> {
  readonly source: DesiredSource<Spec>;
  readonly faults: FaultInjector;
  /** Puts a new list in place, as a user's edits would, with the removals that they asked for by name. */
  set(items: readonly Desired<Spec>[], removed?: readonly ResourceKey[]): void;
  /** Answers with exactly this from now on, until the next `set`. */
  answerWith(snapshot: DesiredSnapshot<Spec>): void;
  /** A restored backup: the list as given, under a new epoch. */
  restore(items: readonly Desired<Spec>[], epoch: string): void;
  /** What it answers now. */
  snapshot(): DesiredSnapshot<Spec>;
}

/** @param options.foreign a server that sends no revision, digest or removals */
export function createMemoryDesired<Spec>({ foreign = false } = {}): MemoryDesired<Spec> {
  const faults = createFaultInjector();
  let epoch = 'epoch-1';
  let number = 0n;
  let snapshot: DesiredSnapshot<Spec> = { items: [], removed: [] };

  function publish(items: readonly Desired<Spec>[], removed: readonly ResourceKey[]): void {
    number += 1n;
    const digest = createHash('sha256').update(JSON.stringify(items)).digest('hex');
    snapshot = foreign ? { items, removed: [] } : { revision: { epoch, number }, digest, items, removed };
  }
  publish([], []);

  return {
    faults,
    source: { fetch: (signal) => faults.around({ at: 'fetch', signal }, () => snapshot) },
    set(items, removed = []) {
      publish(items, removed);
    },
    answerWith(answer) {
      snapshot = answer;
    },
    restore(items, newEpoch) {
      epoch = newEpoch;
      publish(items, []);
    },
    snapshot: () => snapshot,
  };
}

/** Stores that outlive a reconciler under test, and count their writes. */
export interface MemoryStores<Spec> {
  readonly snapshots: SnapshotStore<Spec>;
  readonly guardRecords: GuardRecordStore;
  readonly faults: FaultInjector;
  writes(): number;
  stored(): Promise<{ readonly snapshot?: DesiredSnapshot<Spec>; readonly record?: GuardRecord }>;
}

export function createMemoryStores<Spec>(): MemoryStores<Spec> {
  const faults = createFaultInjector();
  const [snapshots, guardRecords] = [createMemorySnapshotStore<Spec>(), createMemoryGuardRecordStore()];
  const unaborted = new AbortController().signal;
  let writes = 0;

  function faulty<T>(store: {
    load(s: AbortSignal): Promise<T | undefined>;
    save(v: T, s: AbortSignal): Promise<void>;
  }) {
    return {
      load: async (signal: AbortSignal) => faults.around({ at: 'load', signal }, () => store.load(signal)),
      save: async (value: T, signal: AbortSignal) => {
        await faults.around({ at: 'save', signal }, () => {
          writes += 1;
          return store.save(value, signal);
        });
      },
    };
  }

  return {
    faults,
    snapshots: faulty(snapshots),
    guardRecords: faulty(guardRecords),
    writes: () => writes,
    async stored() {
      const [snapshot, record] = [await snapshots.load(unaborted), await guardRecords.load(unaborted)];
      return { ...(snapshot && { snapshot }), ...(record && { record }) };
    },
  };
}

/** A person who releases a revision. */
export interface MemoryRelease extends ReleaseSource {
  release(revision: Revision | undefined): void;
}

export function createMemoryRelease(): MemoryRelease {
  let current: Revision | undefined;
  return {
    released: async () => current,
    release(revision) {
      current = revision;
    },
  };
}
