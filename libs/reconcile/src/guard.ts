import type { Plan } from './diff.ts';
import { isSameRevision } from './fingerprint.ts';
import { identicalAnswersNeeded, markOf } from './guard-memory.ts';
import type { GuardMemory } from './guard-memory.ts';
import { toKeySet } from './key-map.ts';
import type { KeySet } from './key-map.ts';
import type { AnswerMark, DesiredSnapshot, Observed, Revision } from './types.ts';

/** Why a deletion may go ahead. */
export type AllowReason = 'RemovalRequested' | 'WithinLimit' | 'Released';

/** What makes a whole answer doubtful: of `NewEpoch` and `DigestChanged` the deletions, of the others the changes too. */
export type Doubt =
  | 'OlderRevision'
  /** Answers had revisions before: something on the way, or in its place, does not know of them. */
  | 'RevisionMissing'
  | 'NewEpoch'
  | 'DigestChanged';

/** Whether an answer is from another time or another hand than the accepted one, so that it changes nothing that lives. */
export const isPutAside = (doubt: Doubt): boolean => doubt === 'OlderRevision' || doubt === 'RevisionMissing';

/** Why a deletion is withheld. */
export type HoldReason =
  | Doubt
  | 'AwaitingIdenticalAnswers'
  | NonNullable<Amount['exceeded']>
  /** The answer names the resource, in a way we cannot use. */
  | 'ItemRejected'
  /** From the cached snapshot nothing is deleted by absence. */
  | 'ControlPlaneUnreachable'
  /** What was deleted of late is not known, or cannot be written down. */
  | 'GuardRecordUnavailable';

export type Verdict =
  | { readonly allowed: true; readonly reason: AllowReason }
  | { readonly allowed: false; readonly reason: HoldReason };

export interface GuardedDelete<Live> {
  readonly observed: Observed<Live>;
  readonly verdict: Verdict;
}

export interface Amount {
  /** How many resources the limit was taken of. */
  readonly base: number;
  readonly exceeded?: 'EmptiesInstallation' | 'TooManyDeletions';
}

export interface GuardedPlan<Spec, Live> extends Omit<Plan<Spec, Live>, 'deletes'> {
  readonly deletes: readonly GuardedDelete<Live>[];
  /** What is wrong with the answer as a whole, whether or not it asks for deletions. */
  readonly doubt?: Doubt;
  /** Whether a person has released this answer. */
  readonly released: boolean;
  /** How the deletions by absence compare with the limit, whatever else was decided. */
  readonly amount: Amount;
}

/** Deletions by absence that pass whatever the size of the installation, unless they empty it. */
const alwaysAllowed = 3;
/** One in so many of the owned resources may go by absence within the window. */
const oneIn = 5;

/**
 * Decides for each deletion of a plan whether it may go ahead. Creates and updates pass untouched: a doubtful answer
 * may lack things, and only deletions make that final. An answer that is put aside is not carried out by its caller at
 * all: what it would undo, users have changed since.
 *
 * - A released answer passes whole; the release counts for the content that was withheld, not for a later one that
 *   carries the same number.
 * - A doubtful answer (`Doubt`) passes nothing, named removals included: its list of those is as doubtful as the rest.
 * - A removal that a user asked for by name passes and counts towards no limit.
 * - Deletions by absence pass together or not at all. They count together with those begun within the window, so that
 *   a list that shrinks item by item meets the same limit, and while a hold lasts the limit is that of the
 *   installation as it was when the hold began, so that neither time nor creations open it.
 */
export function guard<Spec, Live>(
  plan: Plan<Spec, Live>,
  snapshot: DesiredSnapshot<Spec>,
  last: GuardMemory,
  release?: Revision,
): GuardedPlan<Spec, Live> {
  const named = toKeySet(snapshot.removed);
  const rejected = toKeySet((snapshot.rejected ?? []).map(({ key }) => key));
  const anyRejected = (snapshot.rejected ?? []).some(({ key }) => key.id === '');
  const absent = plan.deletes.filter(({ key }) => !named.has(key) && !rejected.has(key));
  const released = release !== undefined && isReleased(snapshot, last, release);
  const doubt = findDoubt(snapshot, last.accepted);
  const amount = checkAmount(plan, absent, rejected, last);
  const byAbsence = judgeAbsence(snapshot, last, amount);

  function judge({ key }: Observed<Live>): Verdict {
    if (rejected.has(key)) return withhold('ItemRejected');
    if (released) return named.has(key) ? allow('RemovalRequested') : allow('Released');
    if (doubt !== undefined) return withhold(doubt);
    if (named.has(key)) return allow('RemovalRequested');
    return anyRejected ? withhold('ItemRejected') : byAbsence;
  }

  return {
    ...plan,
    deletes: plan.deletes.map((observed) => ({ observed, verdict: judge(observed) })),
    ...(doubt !== undefined && !released && { doubt }),
    released,
    amount,
  };
}

/** The guard's answer for a plan made from the cached snapshot: what a user asked for passes, absence deletes nothing. */
export function guardCached<Spec, Live>(
  plan: Plan<Spec, Live>,
  cached: DesiredSnapshot<Spec>,
): GuardedPlan<Spec, Live> {
  const named = toKeySet(cached.removed);
  return {
    ...plan,
    deletes: plan.deletes.map((observed) => ({
      observed,
      verdict: named.has(observed.key) ? allow('RemovalRequested') : withhold('ControlPlaneUnreachable'),
    })),
    released: false,
    amount: { base: 0 },
  };
}

/** The plan without any of its deletions. */
export function withholdAll<Spec, Live>(plan: Plan<Spec, Live>, reason: HoldReason): GuardedPlan<Spec, Live> {
  return {
    ...plan,
    deletes: plan.deletes.map((observed) => ({ observed, verdict: withhold(reason) })),
    released: false,
    amount: { base: 0 },
  };
}

function allow(reason: AllowReason): Verdict {
  return { allowed: true, reason };
}

function withhold(reason: HoldReason): Verdict {
  return { allowed: false, reason };
}

function isReleased(
  snapshot: DesiredSnapshot<unknown>,
  { withheld }: GuardMemory,
  release: Revision,
): boolean {
  const mark = markOf(snapshot);
  if (!isSameRevision(mark.revision, release)) return false;
  return (
    withheld === undefined || !isSameRevision(withheld.revision, release) || withheld.digest === mark.digest
  );
}

/** What makes the answer doubtful beside the one that was accepted last. */
export function findDoubt(
  { revision, digest }: DesiredSnapshot<unknown>,
  accepted?: AnswerMark,
): Doubt | undefined {
  if (accepted === undefined) return undefined;
  if (revision === undefined) return 'RevisionMissing';
  if (revision.epoch !== accepted.revision.epoch) return 'NewEpoch';
  if (revision.number < accepted.revision.number) return 'OlderRevision';
  if (revision.number === accepted.revision.number && digest !== accepted.digest) return 'DigestChanged';
  return undefined;
}

function judgeAbsence(
  { revision }: DesiredSnapshot<unknown>,
  { repeated }: GuardMemory,
  { exceeded }: Amount,
): Verdict {
  if (revision === undefined && (repeated?.times ?? 0) < identicalAnswersNeeded) {
    return withhold('AwaitingIdenticalAnswers');
  }
  return exceeded === undefined ? allow('WithinLimit') : withhold(exceeded);
}

function checkAmount(
  { updates, unchanged, deletes }: Plan<unknown, unknown>,
  absent: readonly Observed<unknown>[],
  rejected: KeySet,
  { recentDeletions, hold }: GuardMemory,
): Amount {
  const owned = toKeySet([...updates, ...unchanged, ...deletes].map(({ key }) => key));
  const absentKeys = toKeySet(absent.map(({ key }) => key));
  const goneBefore = recentDeletions.filter((key) => !owned.has(key)).length;
  const base = Math.min(owned.size + goneBefore, hold?.resources ?? Infinity);
  if (absent.length === 0) return { base };

  const going = deletes.filter(({ key }) => !rejected.has(key)).length;
  if (going + goneBefore >= base) return { base, exceeded: 'EmptiesInstallation' };
  const counted = absent.length + recentDeletions.filter((key) => !absentKeys.has(key)).length;
  if (counted > alwaysAllowed && counted * oneIn > base) return { base, exceeded: 'TooManyDeletions' };
  return { base };
}
