import type { DependsOn } from './carry-out.ts';
import type { GuardedPlan, HoldReason } from './guard.ts';
import { KeyMap } from './key-map.ts';
import type { KeyMapView } from './key-map.ts';

/**
 * The updates that have to wait, with the reason: what lives there works on something whose deletion is withheld, and
 * the answer that lacks the one would make the other let go of it. A decrypter that stops deriving a stream passes over
 * its events for good, which is as final as a deletion, and so it waits with the deletion.
 */
export function findHeldUpdates<Live>(
  { updates, deletes }: Pick<GuardedPlan<unknown, Live>, 'updates' | 'deletes'>,
  dependsOn: DependsOn<Live> | undefined,
): KeyMapView<HoldReason> {
  const held = new KeyMap<HoldReason>();
  if (dependsOn === undefined) return held;
  const withheld = new KeyMap<HoldReason>();
  for (const { observed, verdict } of deletes) {
    if (!verdict.allowed) withheld.set(observed.key, verdict.reason);
  }
  if (withheld.size === 0) return held;
  for (const { key, observed } of updates) {
    for (const needed of dependsOn(observed)) {
      const reason = withheld.get(needed);
      if (reason !== undefined) held.set(key, reason);
    }
  }
  return held;
}
