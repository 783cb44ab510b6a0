import type { OwnState } from '@ccd/controlplane';
import { formatRevision } from '@ccd/reconcile';
import type { RunReport } from '@ccd/reconcile';
import type { Turn } from './turn.ts';

type OwnRun = Pick<RunReport, 'outcome' | 'reason' | 'message' | 'controlPlane' | 'held' | 'revision'>;

/** After so many answers in a row that could not be used, the agent counts as failing, although what it keeps runs. */
const mostFailures = 3;

/** How the agent itself fares, for its users: one that only looks on has its turn to wait for, and no resources to speak of. */
export function toOwnState(report: OwnRun, turn: Turn): OwnState {
  const { outcome, reason, controlPlane } = report;
  if (turn.is === 'unknown') return { state: 'ERROR', message: `LeaseUnavailable: ${turn.why}` };
  if (turn.is === 'not ours' && outcome !== 'failed') return { state: 'RUNNING', message: '' };
  if (outcome === 'succeeded') return { state: 'RUNNING', message: '' };
  const detail = detailOf(report);
  return {
    state: outcome === 'failed' || controlPlane.failures >= mostFailures ? 'ERROR' : 'RUNNING',
    message: detail === undefined ? reason : `${reason}: ${detail}`,
  };
}

/** What went wrong with the run or the control plane's answer, or what waits for a person. */
export function detailOf({ message, reason, controlPlane, held, revision }: OwnRun): string | undefined {
  if (message !== undefined) return message;
  if (!controlPlane.reachable) return controlPlane.message;
  if (held !== undefined) {
    return `${held.reason}, ${held.count} deletions wait for a release of ${formatRevision(held.revision)}`;
  }
  return reason === 'OlderRevision' && revision !== undefined
    ? `changes wait for a newer answer, or for a release of ${formatRevision(revision)}`
    : undefined;
}
