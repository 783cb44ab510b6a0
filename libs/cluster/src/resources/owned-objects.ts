import { failpoint } from '@ccd/failpoints';
import { ForeignObjectError, TerminalError, TransientError } from '@ccd/reconcile';
import type { ActualSource, Applier, Clock, Desired, Observed, ResourceKey } from '@ccd/reconcile';
import { AlreadyExistsError, ConflictError, DeniedError, InvalidSpecError } from '../errors.ts';
import type { Adoption, Freshness, Kept, Labels } from '../port.ts';
import { includesLabels } from '../spec-rules.ts';
import { createAbsences } from './absences.ts';
import type { Inventory, InventoryEntry } from './inventory.ts';
import { judgeLookalikes } from './lookalikes.ts';
import type { Lookalikes } from './lookalikes.ts';
import { toReconcileError } from './to-reconcile-error.ts';
import { createUnlisted } from './unlisted.ts';
import type { Recorded } from './unlisted.ts';

interface LiveObject extends Kept {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly appliedHash?: string;
}

/** One kind of object of a cluster. */
export interface ObjectPort<Spec, Live extends LiveObject> {
  list(asOf: Freshness): Promise<readonly Live[]>;
  create(spec: Spec): Promise<Live>;
  /** @param kept of the last write; undefined where nothing is known of one */
  update(spec: Spec, uid: string, kept: Kept | undefined): Promise<Live>;
  remove(name: string, uid: string, kept: Kept | undefined): Promise<void>;
  /** Whatever has the name, also where lists don't show it. Absent where lists show all that is there. */
  find?(name: string): Promise<Live | undefined>;
  /** Whether an update would change nothing. Absent where updates find that out by themselves. */
  isAsApplied?(spec: Spec, live: Live): boolean;
}

export interface OwnedObjectsOptions<Spec, Live extends LiveObject> {
  readonly kind: string;
  /** Tells the objects of one port from those of another in the inventory. */
  readonly objectKind: string;
  readonly labels: Labels;
  readonly port: ObjectPort<Spec, Live>;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly adoption: Adoption | undefined;
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

/** After so long without it in any list, nothing of ours comes any more: no request lives that long. */
const forgottenAfterMs = 10 * 60_000;

/**
 * Objects of a cluster as resources. The id of a key is the name of its object.
 *
 * Ours is what the inventory names by its uid, labels or no labels; and what stands where an intent to create was
 * recorded without an answer, if it has our labels: that one is updated once, so that its uid is recorded too. Everything
 * else is foreign, whatever its labels say, and is left alone; unless a person says of objects with our labels that they are ours.
 * With the uid stands what our last write has left: one that says otherwise of itself counts as never applied.
 *
 * In a batch all intents are recorded with one write before it, and all outcomes with one after it. An agent that ends in
 * between finds what it has made by the intents.
 */
export function createOwnedObjects<Spec extends NamedSpec, Live extends LiveObject>(
  options: OwnedObjectsOptions<Spec, Live>,
): ActualAndApplier<Spec, Live> {
  const { kind, objectKind, labels, port, inventory, clock, adoption } = options;
  const absences = createAbsences(clock, forgottenAfterMs);
  const unlisted = createUnlisted(async (name) => port.find?.(name));
  let inBatch = false;
  const idOf = (name: string): string => `${objectKind}:${kind}/${name}`;
  const isOurs = (entry: InventoryEntry | undefined, live: Live): boolean =>
    entry !== undefined &&
    (entry.uid === live.uid || (isIntent(entry) && includesLabels(live.labels, labels)));

  const toSpec = ({ key, spec, hash }: Desired<Spec>): Spec => {
    if (spec.name !== key.id) throw new TerminalError(`the object of ${key.kind} ${key.id} has another name`);
    return { ...spec, labels: { ...spec.labels, ...labels }, hash };
  };

  const create = async (desired: Desired<Spec>): Promise<void> => {
    const spec = toSpec(desired);
    const id = idOf(spec.name);
    const before = inventory.get(id);
    absences.forget(id);
    unlisted.forget(id);
    await inventory.begin(id);
    failpoint('inventory.afterIntent');
    try {
      const made = await port.create(spec);
      failpoint('inventory.afterCreate');
      await note(id, toEntry(made));
    } catch (error) {
      if (error instanceof AlreadyExistsError && error.foreign)
        await restore(id, before, new ForeignObjectError(desired.key));
      else if (error instanceof AlreadyExistsError) await takeUp(desired, spec, before);
      else if (error instanceof InvalidSpecError || error instanceof DeniedError)
        await restore(id, before, error);
      else throw error;
    }
  };

  const note = async (id: string, entry: InventoryEntry | undefined): Promise<void> => {
    inventory.set(id, entry);
    if (!inBatch) await inventory.save();
  };

  /** Something has the name: an earlier attempt of ours whose answer was lost, or a stranger's object. */
  const takeUp = async (
    { key }: Desired<Spec>,
    spec: Spec,
    before: InventoryEntry | undefined,
  ): Promise<void> => {
    const id = idOf(spec.name);
    const there = (await port.list('now')).find(({ name }) => name === spec.name);
    if (!there)
      throw new TransientError(`${key.kind} ${key.id} stood there and is gone`, {
        reason: 'ChangedMeanwhile',
      });
    if (!isOurs(before, there)) await restore(id, before, new ForeignObjectError(key));
    await record(spec, there);
  };

  /** Brings into line what is ours without a record of its uid, and records it. */
  const record = async (spec: Spec, live: Live): Promise<void> => {
    const recorded =
      port.isAsApplied?.(spec, live) === true ? live : await port.update(spec, live.uid, undefined);
    await note(idOf(live.name), toEntry(recorded));
  };

  /** Takes back an intent that came to nothing. */
  const restore = async (id: string, before: InventoryEntry | undefined, why: Error): Promise<never> => {
    await note(id, before);
    throw why;
  };

  const update = async (desired: Desired<Spec>, { key, live }: Observed<Live>): Promise<void> => {
    const id = idOf(live.name);
    const entry = inventory.get(id);
    if (!isOurs(entry, live)) throw new ForeignObjectError(key);
    const spec = toSpec(desired);
    if (!isRecorded(entry, live)) {
      await record(spec, live);
      return;
    }
    const written = toEntry(await port.update(spec, live.uid, entry));
    if (written.mark !== entry?.mark || written.schema !== entry?.schema) await note(id, written);
  };

  const remove = async ({ key, live }: Observed<Live>): Promise<void> => {
    const id = idOf(live.name);
    if (!isOurs(inventory.get(id), live)) {
      // Removed by an earlier call, whose caller did not hear of it.
      if (!(await port.list('now')).some(({ uid }) => uid === live.uid)) return;
      throw new ForeignObjectError(key);
    }
    try {
      const entry = inventory.get(id);
      await port.remove(live.name, live.uid, isRecorded(entry, live) ? entry : undefined);
    } catch (error) {
      // Another object has the name now, so ours is gone.
      if (!(error instanceof ConflictError)) throw error;
    }
    failpoint('inventory.afterObjectRemoved');
    if (inventory.get(id) !== undefined) await note(id, undefined);
  };

  /** All that there is of it. Drops what others have removed for good, and nobody has asked for since. */
  const list = async (): Promise<readonly Live[]> => {
    const listed = await port.list('watched');
    const present = new Set(listed.map(({ name }) => idOf(name)));
    const missing = inventory.ids(idOf('')).filter((id) => !present.has(id));
    const found = port.find === undefined ? [] : await unlisted.look(missing.flatMap(toRecorded));
    for (const { name } of found) present.add(idOf(name));
    const absent = missing.filter((id) => !present.has(id) && !unlisted.isUnclear(id));
    for (const id of absences.note(absent)) inventory.drop(id);
    return [...listed, ...found];
  };
  const toRecorded = (id: string): readonly Recorded[] => {
    const uid = inventory.get(id)?.uid;
    return uid === undefined ? [] : [{ id, name: id.slice(idOf('').length), uid }];
  };

  const isOwned = (live: Live): boolean => isOurs(inventory.get(idOf(live.name)), live);

  /** Takes what a person has given back; says of the rest how that is done. */
  const adopt = async (objects: readonly Live[]): Promise<Lookalikes | undefined> => {
    const alike = objects.filter((live) => !isOwned(live) && isAlike(live));
    if (alike.length === 0 || adoption === undefined) return undefined;
    const found = await judgeLookalikes(kind, alike, adoption);
    if (!found.adopted) return found;
    for (const live of alike) inventory.set(idOf(live.name), toEntry(live));
    // One that may not write now only looks on; its next look tries again.
    await inventory.save().catch(() => {});
    return undefined;
  };
  const isAlike = ({ labels: own, appliedHash }: Live): boolean =>
    appliedHash !== undefined && includesLabels(own, labels);

  return {
    actual: {
      observe: (signal) =>
        untilAborted(signal, async () => {
          await inventory.refresh();
          const objects = await list();
          const alike = await adopt(objects);
          return objects.map((live) => {
            const entry = inventory.get(idOf(live.name));
            const owned = isOurs(entry, live);
            const observed = toObserved({ kind, id: live.name }, live, {
              owned,
              recorded: isRecorded(entry, live) && isAsKept(entry, live),
            });
            return alike !== undefined && !owned && isAlike(live)
              ? { ...observed, advice: alike.advice }
              : observed;
          });
        }),
    },
    applier: {
      create: (desired, signal) => untilAborted(signal, () => create(desired)),
      update: (desired, observed, signal) => untilAborted(signal, () => update(desired, observed)),
      remove: (observed, signal) => untilAborted(signal, () => remove(observed)),
      batch: {
        begin: (creating, signal) =>
          untilAborted(signal, async () => {
            if (creating.length > 0) await inventory.announce(creating.map(({ spec }) => idOf(spec.name)));
            if (!signal.aborted) inBatch = true;
          }),
        end: (signal) =>
          untilAborted(signal, async () => {
            inBatch = false;
            inventory.withdraw();
            await inventory.save();
          }),
      },
    },
  };
}

/** An attempt to create has been recorded, and not its outcome. */
const isIntent = ({ uid, creating }: InventoryEntry): boolean => uid === undefined || creating === true;

const isRecorded = (entry: InventoryEntry | undefined, { uid }: LiveObject): boolean =>
  entry?.uid === uid && !isIntent(entry);

/** Whether an object says of itself what is recorded of our last write. Earlier versions have recorded no marks. */
const isAsKept = (entry: Kept | undefined, { mark, schema }: LiveObject): boolean =>
  (entry?.mark === undefined || entry.mark === mark) && entry?.schema === schema;

const toEntry = ({ uid, mark, schema }: LiveObject): InventoryEntry => ({
  uid,
  ...(mark !== undefined && { mark }),
  ...(schema !== undefined && { schema }),
});

/** What is ours and not recorded as it is counts as never applied: the update that follows records it. */
function toObserved<Live extends LiveObject>(
  key: ResourceKey,
  live: Live,
  { owned, recorded }: { readonly owned: boolean; readonly recorded: boolean },
): Observed<Live> {
  const appliedHash = owned && !recorded ? undefined : live.appliedHash;
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
