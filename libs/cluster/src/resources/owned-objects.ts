import { failpoint } from '@ccd/failpoints';
import { ForeignObjectError, TerminalError, TransientError } from '@ccd/reconcile';
import type { ActualSource, Applier, Desired, Observed, ResourceKey } from '@ccd/reconcile';
import { AlreadyExistsError, ClusterUnavailableError, ConflictError, InvalidSpecError } from '../errors.ts';
import type { Labels } from '../port.ts';
import { includesLabels } from '../spec-rules.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';

interface LiveObject {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly appliedHash?: string;
}

/** One kind of object of a cluster. */
export interface ObjectPort<Spec, Live extends LiveObject> {
  list(): Promise<readonly Live[]>;
  create(spec: Spec): Promise<Live>;
  update(spec: Spec, uid: string): Promise<Live>;
  remove(name: string, uid: string): Promise<void>;
}

export interface OwnedObjectsOptions<Spec, Live extends LiveObject> {
  readonly kind: string;
  /** Tells the objects of one port from those of another in the inventory. */
  readonly objectKind: string;
  readonly labels: Labels;
  readonly port: ObjectPort<Spec, Live>;
  readonly inventory: Inventory;
}

export interface ActualAndApplier<Spec, Live> {
  readonly actual: ActualSource<Live>;
  readonly applier: Applier<Spec, Live>;
}

interface NamedSpec {
  readonly name: string;
  readonly labels: Labels;
  readonly hash: string;
}

/**
 * Objects of a cluster as resources. The id of a key is the name of its object.
 *
 * Ours is what the inventory names by its uid, labels or no labels; and what stands where an intent to create was
 * recorded without an answer, if it has our labels. Everything else is foreign, whatever its labels say, and is left
 * alone.
 */
export function createOwnedObjects<Spec extends NamedSpec, Live extends LiveObject>(
  options: OwnedObjectsOptions<Spec, Live>,
): ActualAndApplier<Spec, Live> {
  const { kind, objectKind, labels, port, inventory } = options;
  const idOf = (name: string): string => `${objectKind}:${kind}/${name}`;
  const isOurs = (entry: InventoryEntry | undefined, live: Live): boolean =>
    entry !== undefined &&
    (entry.uid === undefined ? includesLabels(live.labels, labels) : entry.uid === live.uid);

  const toSpec = ({ key, spec, hash }: Desired<Spec>): Spec => {
    if (spec.name !== key.id) throw new TerminalError(`the object of ${key.kind} ${key.id} has another name`);
    return { ...spec, labels: { ...spec.labels, ...labels }, hash };
  };

  const create = async (desired: Desired<Spec>): Promise<void> => {
    const spec = toSpec(desired);
    const id = idOf(spec.name);
    const before = inventory.get(id);
    await inventory.note(id, {});
    failpoint('inventory.afterIntent');
    try {
      const { uid } = await port.create(spec);
      failpoint('inventory.afterCreate');
      await inventory.note(id, { uid });
    } catch (error) {
      if (error instanceof AlreadyExistsError) await takeUp(desired, spec, before);
      else if (error instanceof InvalidSpecError) await restore(id, before, error);
      else throw error;
    }
  };

  /** Something has the name: an earlier attempt of ours whose answer was lost, or a stranger's object. */
  const takeUp = async (
    { key }: Desired<Spec>,
    spec: Spec,
    before: InventoryEntry | undefined,
  ): Promise<void> => {
    const id = idOf(spec.name);
    const there = (await port.list()).find(({ name }) => name === spec.name);
    if (!there)
      throw new TransientError(`${key.kind} ${key.id} stood there and is gone`, {
        reason: 'ChangedMeanwhile',
      });
    if (!isOurs(before, there)) await restore(id, before, new ForeignObjectError(key));
    await port.update(spec, there.uid);
    await inventory.note(id, { uid: there.uid });
  };

  /** Takes back an intent that came to nothing. */
  const restore = async (id: string, before: InventoryEntry | undefined, why: Error): Promise<never> => {
    if (before) await inventory.note(id, before);
    else await inventory.forget(id);
    throw why;
  };

  const update = async (desired: Desired<Spec>, { key, live }: Observed<Live>): Promise<void> => {
    const id = idOf(live.name);
    if (!isOurs(inventory.get(id), live)) throw new ForeignObjectError(key);
    await port.update(toSpec(desired), live.uid);
    if (inventory.get(id)?.uid !== live.uid) await inventory.note(id, { uid: live.uid });
  };

  const remove = async ({ key, live }: Observed<Live>): Promise<void> => {
    const id = idOf(live.name);
    if (!isOurs(inventory.get(id), live)) {
      // Removed by an earlier call, whose caller did not hear of it.
      if (!(await port.list()).some(({ uid }) => uid === live.uid)) return;
      throw new ForeignObjectError(key);
    }
    try {
      await port.remove(live.name, live.uid);
    } catch (error) {
      // Another object has the name now, so ours is gone.
      if (!(error instanceof ConflictError)) throw error;
    }
    failpoint('inventory.afterObjectRemoved');
    await inventory.forget(id);
  };

  return {
    actual: {
      observe: (signal) =>
        untilAborted(signal, async () => {
          await inventory.refresh();
          const objects = await port.list();
          return objects.map((live) =>
            toObserved({ kind, id: live.name }, live, isOurs(inventory.get(idOf(live.name)), live)),
          );
        }),
    },
    applier: {
      create: (desired, signal) => untilAborted(signal, () => create(desired)),
      update: (desired, observed, signal) => untilAborted(signal, () => update(desired, observed)),
      remove: (observed, signal) => untilAborted(signal, () => remove(observed)),
    },
  };
}

function toObserved<Live extends LiveObject>(key: ResourceKey, live: Live, owned: boolean): Observed<Live> {
  const { appliedHash } = live;
  return { key, live, owned, ...(appliedHash === undefined ? {} : { appliedHash }) };
}

/** Lets go when the signal aborts. What is under way goes on and keeps its records; the caller no longer waits. */
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  const working = work();
  working.catch(() => {});
  try {
    return await Promise.race([working, aborted]);
  } catch (error) {
    throw toReconcileError(error);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function toReconcileError(error: unknown): unknown {
  if (error instanceof InvalidSpecError)
    return new TerminalError(error.message, { reason: 'InvalidSpec', cause: error });
  if (error instanceof ConflictError)
    return new TransientError(error.message, { reason: 'ChangedMeanwhile', cause: error });
  if (error instanceof ClusterUnavailableError) {
    return new TransientError(error.message, { reason: 'ClusterUnavailable', cause: error });
  }
  return error;
}
