import type { GuardedPlan } from './guard.ts';
import { revisionOf } from './fingerprint.ts';
import { KeyMap } from './key-map.ts';
import type { HeldDeletions, ResourceReport, RunOutcome, RunReason, RunReport } from './report.ts';
import { sortByKey } from './resource-key.ts';
import type { DesiredSnapshot } from './types.ts';

type Summary = Pick<RunReport, 'outcome' | 'reason' | 'source' | 'revision' | 'resources' | 'held'>;

/** What a run that was carried through amounts to. */
export function summarise(
  { deletes, doubt }: GuardedPlan<unknown, unknown>,
  snapshot: DesiredSnapshot<unknown>,
  source: 'control-plane' | 'cache',
  reports: readonly ResourceReport[],
  kinds: readonly string[],
): Summary {
  const resources = withRejected(reports, snapshot, kinds);
  const held = source === 'control-plane' ? findHeld(deletes, snapshot) : undefined;
  const { outcome, reason } =
    held !== undefined
      ? degraded('DeletionsWithheld')
      : doubt !== undefined
        ? degraded(doubt)
        : source === 'cache'
          ? degraded('ControlPlaneUnreachable')
          : judge(resources);
  return {
    outcome,
    reason,
    source,
    resources,
    ...(snapshot.revision && { revision: snapshot.revision }),
    ...(held && { held }),
  };
}

interface Judgement {
  readonly outcome: RunOutcome;
  readonly reason: RunReason;
}

function degraded(reason: RunReason): Judgement {
  return { outcome: 'degraded', reason };
}

function judge(resources: readonly ResourceReport[]): Judgement {
  const outcomes = new Set(resources.map(({ outcome }) => outcome));
  const waiting = new Set(
    resources.filter(({ outcome }) => outcome === 'skipped').map(({ reason }) => reason),
  );
  if (outcomes.has('failed') || waiting.has('BackingOff')) return degraded('ResourcesFailing');
  if (outcomes.has('conflict')) return degraded('ForeignObjects');
  if (waiting.delete('WriteGateClosed')) {
    return waiting.size === 0
      ? { outcome: 'succeeded', reason: 'WriteGateClosed' }
      : degraded('ResourcesWaiting');
  }
  if (outcomes.has('skipped')) return degraded('ResourcesWaiting');
  const changed = outcomes.has('created') || outcomes.has('configured') || outcomes.has('deleted');
  return { outcome: 'succeeded', reason: changed ? 'Changed' : 'Converged' };
}

function findHeld(
  deletes: GuardedPlan<unknown, unknown>['deletes'],
  snapshot: DesiredSnapshot<unknown>,
): HeldDeletions | undefined {
  const held = deletes.flatMap(({ verdict }) =>
    verdict.allowed || verdict.reason === 'ItemRejected' ? [] : [verdict.reason],
  );
  const [reason] = held;
  return reason && { revision: revisionOf(snapshot), reason, count: held.length };
}

/** An item that could not be used is a failure of its key, whether or not something lives under it. */
function withRejected(
  reports: readonly ResourceReport[],
  { rejected = [] }: DesiredSnapshot<unknown>,
  kinds: readonly string[],
): readonly ResourceReport[] {
  if (rejected.length === 0) return reports;
  const byKey = new KeyMap<ResourceReport>();
  for (const report of reports) byKey.set(report.key, report);
  for (const { key, message } of rejected) {
    byKey.set(key, { key, outcome: 'failed', reason: 'ItemRejected', message });
  }
  return sortByKey([...byKey.values()], kinds);
}
