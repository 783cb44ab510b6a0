import { createReconciler } from '../reconciler.ts';
import type { Reconciler, ReconcilerOptions } from '../reconciler.ts';
import type { RunReport } from '../report.ts';
import type { Desired, ResourceKey } from '../types.ts';
import { createFakeClock } from './fake-clock.ts';
import type { FakeClock } from './fake-clock.ts';
import { createMemoryDesired, createMemoryRelease, createMemoryStores, toDesired } from './memory-desired.ts';
import type { MemoryDesired, MemoryRelease, MemoryStores } from './memory-desired.ts';
import { createMemoryWorld } from './memory-world.ts';
import type { MemoryLive, MemoryWorld } from './memory-world.ts';

export type RigOptions = Partial<ReconcilerOptions<string, MemoryLive<string>>> & {
  readonly foreign?: boolean;
};

/** A reconciler between an in-memory control plane and an in-memory world, for the tests of this lib. */
export interface Rig {
  readonly clock: FakeClock;
  readonly world: MemoryWorld<string>;
  readonly desired: MemoryDesired<string>;
  readonly stores: MemoryStores<string>;
  readonly release: MemoryRelease;
  readonly reconciler: Reconciler;
  /** Another process over the same world, stores and clock. */
  readonly restart: (options?: RigOptions) => Rig;
}

export const rigKinds = ['topic', 'decrypter'];

export function createRig(options: RigOptions = {}, before?: Omit<Rig, 'reconciler' | 'restart'>): Rig {
  const { foreign = false, ...rest } = options;
  const parts = before ?? {
    clock: createFakeClock(),
    world: createMemoryWorld<string>(),
    desired: createMemoryDesired<string>({ foreign }),
    stores: createMemoryStores<string>(),
    release: createMemoryRelease(),
  };
  const reconciler = createReconciler<string, MemoryLive<string>>({
    kinds: rigKinds,
    desired: parts.desired.source,
    actual: parts.world.actual,
    applier: parts.world.applier,
    drift: parts.world.drift,
    snapshots: parts.stores.snapshots,
    guardRecords: parts.stores.guardRecords,
    release: parts.release,
    clock: parts.clock,
    random: () => 0.5,
    ...rest,
  });
  return { ...parts, reconciler, restart: (again = {}) => createRig({ ...options, ...again }, parts) };
}

export function topic(id: number | string): ResourceKey {
  return { kind: 'topic', id: String(id) };
}

export function decrypter(id: number | string): ResourceKey {
  return { kind: 'decrypter', id: String(id) };
}

/** Topics `from` up to, without, `to`. */
export function topics(from: number, to: number, spec = 'spec'): Desired<string>[] {
  return Array.from({ length: to - from }, (_, index) => toDesired(topic(from + index), spec));
}

/** `kind/id outcome reason` of everything that is not as it was. */
export function told({ resources }: RunReport): string[] {
  return resources
    .filter(({ outcome }) => outcome !== 'unchanged')
    .map(({ key, outcome, reason }) => `${key.kind}/${key.id} ${outcome} ${reason}`);
}
