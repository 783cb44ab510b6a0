import { DuplicateKeyError } from './errors.ts';
import { KeyMap } from './key-map.ts';
import { sortByKey } from './resource-key.ts';
import type { Desired, Drift, Observed, ResourceKey } from './types.ts';

/** Why a live resource is to be updated. */
export type UpdateCause =
  | { readonly reason: 'DesiredStateChanged' }
  /** Ours, but without a record of what was last applied. */
  | { readonly reason: 'NeverRecorded' }
  /** Someone else changed it; `detail` is what the adapter's drift check said. */
  | { readonly reason: 'Drifted'; readonly detail: string };

export interface Update<Spec, Live> {
  readonly key: ResourceKey;
  readonly desired: Desired<Spec>;
  readonly observed: Observed<Live>;
  readonly why: UpdateCause;
}

/** A desired key under which an object lives that we did not make. */
export interface Conflict<Spec, Live> {
  readonly key: ResourceKey;
  readonly desired: Desired<Spec>;
  readonly observed: Observed<Live>;
}

/** What would make the actual list equal the desired one. Every list is in the order of kinds, then of ids. */
export interface Plan<Spec, Live> {
  readonly creates: readonly Desired<Spec>[];
  readonly updates: readonly Update<Spec, Live>[];
  readonly deletes: readonly Observed<Live>[];
  readonly unchanged: readonly Observed<Live>[];
  readonly conflicts: readonly Conflict<Spec, Live>[];
}

/**
 * Compares two whole lists. Foreign objects that nobody desires are not mentioned in the plan.
 *
 * @param drift says what differs beyond the hash; called for owned resources of an equal hash only
 * @param kinds the order of creation; kinds that it lacks come last
 * @throws DuplicateKeyError where a list names a key twice
 */
export function diff<Spec, Live>(
  want: readonly Desired<Spec>[],
  have: readonly Observed<Live>[],
  drift?: Drift<Spec, Live>,
  kinds: readonly string[] = [],
): Plan<Spec, Live> {
  const creates: Desired<Spec>[] = [];
  const updates: Update<Spec, Live>[] = [];
  const unchanged: Observed<Live>[] = [];
  const conflicts: Conflict<Spec, Live>[] = [];

  const slots = new KeyMap<Slot<Live>>();
  for (const observed of have) {
    if (!slots.set(observed.key, { observed, desired: false })) {
      throw new DuplicateKeyError('observed', observed.key);
    }
  }

  for (const desired of want) {
    const { key } = desired;
    const slot = slots.get(key);
    if (slot === undefined) {
      slots.set(key, { desired: true });
      creates.push(desired);
      continue;
    }
    const { observed } = slot;
    if (slot.desired || observed === undefined) throw new DuplicateKeyError('desired', key);
    slot.desired = true;
    if (!observed.owned) {
      conflicts.push({ key, desired, observed });
      continue;
    }
    const why = updateCause(desired, observed, drift);
    if (why === undefined) unchanged.push(observed);
    else updates.push({ key, desired, observed, why });
  }

  const deletes: Observed<Live>[] = [];
  for (const { observed, desired } of slots.values()) {
    if (!desired && observed?.owned === true) deletes.push(observed);
  }
  return {
    creates: sortByKey(creates, kinds),
    updates: sortByKey(updates, kinds),
    deletes: sortByKey(deletes, kinds),
    unchanged: sortByKey(unchanged, kinds),
    conflicts: sortByKey(conflicts, kinds),
  };
}

/** What stands under one key: a live resource, a desire, or both. */
interface Slot<Live> {
  readonly observed?: Observed<Live>;
  desired: boolean;
}

function updateCause<Spec, Live>(
  desired: Desired<Spec>,
  observed: Observed<Live>,
  drift: Drift<Spec, Live> | undefined,
): UpdateCause | undefined {
  if (observed.appliedHash === undefined) return { reason: 'NeverRecorded' };
  if (observed.appliedHash !== desired.hash) return { reason: 'DesiredStateChanged' };
  const detail = drift?.(desired, observed);
  return detail === undefined ? undefined : { reason: 'Drifted', detail };
}
