import { fingerprintItems, isSameRevision, revisionOf } from './fingerprint.ts';
import { isPutAside } from './guard.ts';
import type { GuardedPlan } from './guard.ts';
import { toKeySet } from './key-map.ts';
import type { KeySet } from './key-map.ts';
import type { AnswerMark, DesiredSnapshot, GuardRecord, ResourceKey } from './types.ts';

/** What the guard knows of earlier answers and of what it let pass. `GuardRecord` is its lasting part. */
export interface GuardMemory extends Omit<GuardRecord, 'deletions'> {
  /** The latest answer without a revision, and how many times it has come in a row. */
  readonly repeated?: { readonly fingerprint: string; readonly times: number };
  /** Deletions by absence that were begun within the window. */
  readonly recentDeletions: readonly ResourceKey[];
}

/** Equal answers in a row that a server without revisions needs for a deletion by absence. */
export const identicalAnswersNeeded = 3;

/** The mark under which an answer is accepted, withheld and released. */
export function markOf(snapshot: DesiredSnapshot<unknown>): AnswerMark {
  const { digest } = snapshot;
  return { revision: revisionOf(snapshot), ...(digest !== undefined && { digest }) };
}

/** Notes an answer before it is guarded: whether it repeats the one before. */
export function noteAnswer(memory: GuardMemory, snapshot: DesiredSnapshot<unknown>): GuardMemory {
  const { repeated, ...rest } = memory;
  if (snapshot.revision !== undefined) return rest;
  const fingerprint = fingerprintItems(snapshot);
  const times = repeated?.fingerprint === fingerprint ? repeated.times + 1 : 1;
  return { ...rest, repeated: { fingerprint, times: Math.min(times, identicalAnswersNeeded) } };
}

/**
 * Notes an answer after it was guarded.
 *
 * - It is accepted when nothing of it was withheld. A new epoch or a changed digest is accepted as well once it asks
 *   for no deletion: then it covers all that lives. An answer that is put aside never changes the mark without a
 *   release; a release of an answer without a revision ends the time of revisions.
 * - A withheld answer is kept as it was first seen.
 * - A hold ends when an answer that is not doubtful stays within the limit, or with a release.
 */
export function remember(
  memory: GuardMemory,
  snapshot: DesiredSnapshot<unknown>,
  { deletes, doubt, released, amount }: GuardedPlan<unknown, unknown>,
): GuardMemory {
  const { accepted, withheld, hold, ...rest } = memory;
  const contested = deletes.filter(({ verdict }) => verdict.reason !== 'ItemRejected');
  const held = contested.some(({ verdict }) => !verdict.allowed);
  const followed = doubt === undefined ? !held : !isPutAside(doubt) && contested.length === 0;
  const mark = markOf(snapshot);

  const nowAccepted = !followed ? accepted : snapshot.revision === undefined ? undefined : mark;
  const seenBefore = withheld !== undefined && isSameRevision(withheld.revision, mark.revision);
  const nowWithheld = held && !seenBefore ? mark : withheld;
  const nowHold = released
    ? undefined
    : doubt !== undefined
      ? hold
      : amount.exceeded !== undefined
        ? { resources: amount.base }
        : undefined;
  return {
    ...rest,
    ...(nowAccepted && { accepted: nowAccepted }),
    ...(nowWithheld && { withheld: nowWithheld }),
    ...(nowHold && { hold: nowHold }),
  };
}

/** Whether an answer can be followed as it stands: nothing in it is doubtful, unusable or withheld. */
export function isWhole(
  { deletes, doubt }: GuardedPlan<unknown, unknown>,
  { rejected = [] }: DesiredSnapshot<unknown>,
): boolean {
  return doubt === undefined && rejected.length === 0 && deletes.every(({ verdict }) => verdict.allowed);
}

/**
 * The snapshot to keep for the time without a control plane: the answer, with the previous specification of everything
 * whose deletion or update was withheld in its place. So a poisoned answer makes the agent forget nothing that lives, and a
 * later outage does not undo the updates that came with it. It carries the revision that was last accepted in full.
 */
export function toKeptSnapshot<Spec>(
  snapshot: DesiredSnapshot<Spec>,
  previous: DesiredSnapshot<Spec> | undefined,
  plan: GuardedPlan<Spec, unknown>,
  { accepted }: GuardMemory,
  heldUpdates: KeySet,
): DesiredSnapshot<Spec> {
  const { deletes, doubt } = plan;
  const rejected = (snapshot.rejected ?? []).map(({ key }) => key);
  const withheld = deletes.filter(({ verdict }) => !verdict.allowed).map(({ observed }) => observed.key);
  const missed = toKeySet([...rejected, ...withheld]);
  const before = toKeySet((previous?.items ?? []).map(({ key }) => key));
  const followed = snapshot.items.filter(({ key }) => !heldUpdates.has(key) || !before.has(key));
  const present = toKeySet(followed.map(({ key }) => key));
  const kept = (previous?.items ?? []).filter(
    ({ key }) => (missed.has(key) || heldUpdates.has(key)) && !present.has(key),
  );
  const mark = isWhole(plan, snapshot) ? snapshot.revision && markOf(snapshot) : accepted;
  return {
    ...mark,
    items: [...followed, ...kept],
    removed: doubt === undefined ? snapshot.removed : (previous?.removed ?? []),
  };
}
