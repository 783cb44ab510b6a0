import { ForeignObjectError } from '../errors.ts';
import { KeyMap } from '../key-map.ts';
import { sortByKey } from '../resource-key.ts';
import type { ActualSource, Applier, Desired, Drift, Observed, ResourceKey } from '../types.ts';
import { createFaultInjector } from './fault-injector.ts';
import type { FaultInjector } from './fault-injector.ts';

export interface MemoryLive<Spec> {
  /** A new object under an old name has another. */
  readonly uid: string;
  readonly spec: Spec;
  /** Somebody changed it behind our back. */
  readonly edited: boolean;
}

export interface Write {
  readonly operation: 'create' | 'update' | 'remove';
  readonly key: ResourceKey;
}

/** A place where resources live: an actual source and an applier over one map. */
export interface MemoryWorld<Spec> {
  readonly actual: ActualSource<MemoryLive<Spec>>;
  readonly applier: Applier<Spec, MemoryLive<Spec>>;
  readonly drift: Drift<Spec, MemoryLive<Spec>>;
  readonly faults: FaultInjector;
  /** What lives, by kind and id. */
  objects(): readonly Observed<MemoryLive<Spec>>[];
  /** Keys of what is ours, as `kind/id`. */
  ownedKeys(): readonly string[];
  /** Every write whose effect happened, in order. */
  writes(): readonly Write[];
  /** The most operations that were under way at once, and whether one key ever was twice. */
  crowding(): { readonly most: number; readonly sameKeyTwice: boolean };
  /** Puts an object there that is not ours. */
  plantForeign(key: ResourceKey, spec: Spec): void;
  /** Changes a live object behind our back. */
  edit(key: ResourceKey): void;
  /** Removes a live object behind our back. */
  lose(key: ResourceKey): void;
}

export function createMemoryWorld<Spec>(): MemoryWorld<Spec> {
  const faults = createFaultInjector();
  const objects = new KeyMap<Observed<MemoryLive<Spec>>>();
  const writes: Write[] = [];
  const underWay = new KeyMap<true>();
  const crowding = { most: 0, sameKeyTwice: false };
  let [uids, atOnce] = [0, 0];

  function put({ key, spec, hash }: Desired<Spec>, uid: string): void {
    objects.set(key, { key, owned: true, appliedHash: hash, live: { uid, spec, edited: false } });
  }

  /** Our own object under the key, if any. */
  function ours(key: ResourceKey): Observed<MemoryLive<Spec>> | undefined {
    const object = objects.get(key);
    if (object?.owned === false) throw new ForeignObjectError(key);
    return object;
  }

  async function write(
    operation: Write['operation'],
    key: ResourceKey,
    signal: AbortSignal,
    effect: () => void,
  ): Promise<void> {
    if (!underWay.set(key, true)) crowding.sameKeyTwice = true;
    crowding.most = Math.max(crowding.most, ++atOnce);
    try {
      await faults.around({ at: operation, key, signal }, () => {
        effect();
        writes.push({ operation, key });
      });
    } finally {
      underWay.delete(key);
      atOnce -= 1;
    }
  }

  return {
    faults,
    actual: { observe: (signal) => faults.around({ at: 'observe', signal }, () => [...objects.values()]) },
    applier: {
      create: (desired, signal) =>
        write('create', desired.key, signal, () => {
          put(desired, ours(desired.key)?.live.uid ?? `uid-${++uids}`);
        }),
      update: (desired, observed, signal) =>
        write('update', desired.key, signal, () => {
          const { uid } = observed.live;
          if (ours(desired.key)?.live.uid !== uid)
            throw new Error('the object is another one than was observed');
          put(desired, uid);
        }),
      remove: (observed, signal) =>
        write('remove', observed.key, signal, () => {
          if (ours(observed.key)?.live.uid === observed.live.uid) objects.delete(observed.key);
        }),
    },
    drift: (_desired, { live }) => (live.edited ? 'the object was edited' : undefined),
    objects: () => sortByKey([...objects.values()], []),
    ownedKeys: () =>
      sortByKey([...objects.values()], [])
        .filter(({ owned }) => owned)
        .map(({ key }) => `${key.kind}/${key.id}`),
    writes: () => writes,
    crowding: () => crowding,
    plantForeign(key, spec) {
      objects.set(key, { key, owned: false, live: { uid: `foreign-${++uids}`, spec, edited: false } });
    },
    edit(key) {
      const object = objects.get(key);
      if (object !== undefined) objects.set(key, { ...object, live: { ...object.live, edited: true } });
    },
    lose: (key) => void objects.delete(key),
  };
}
