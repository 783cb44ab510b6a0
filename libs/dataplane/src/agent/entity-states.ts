import type { EntityStateReport, EntityStatus } from '@ccd/controlplane';
import type { ResourceReport } from '@ccd/reconcile';

/** How a live resource fares by itself, in the words of the cluster port. */
export type LiveStatus =
  | { readonly state: 'starting' | 'running' | 'stopping' | 'finished' }
  | {
      readonly state: 'failing';
      readonly reason: string;
      readonly message: string;
      readonly restarts: number;
    };

type Shown = Pick<EntityStateReport, 'status' | 'message'>;

/**
 * What a user is told of a resource: what the last run made of it, and where that went well, how it fares.
 * @param live absent for a resource that was not there when the run began, or that cannot fail by itself
 */
export function toShownState(report: ResourceReport, live: LiveStatus | undefined): Shown {
  const { outcome, reason, message, lastAttempt, nextAttemptAt } = report;
  if (lastAttempt !== undefined) {
    const last = toShownState({ key: report.key, ...lastAttempt }, live);
    return nextAttemptAt === undefined
      ? last
      : { ...last, message: `${last.message}; next try at ${toSeconds(nextAttemptAt)}` };
  }
  const said = message === undefined || message === '' ? reason : `${reason}: ${message}`;
  switch (outcome) {
    case 'deleted':
      return { status: 'REMOVED', message: '' };
    case 'failed':
      return { status: isTerminating(reason, live) ? 'TERMINATING' : 'UNHEALTHY', message: said };
    case 'conflict':
      return { status: 'UNHEALTHY', message: said };
    case 'skipped':
      return { status: isTerminating(reason, live) ? 'TERMINATING' : 'PENDING', message: said };
    case 'withheld':
      return { status: live === undefined ? 'HEALTHY' : statusOf(live), message: said };
    case 'created':
    case 'configured':
    case 'unchanged':
      return live === undefined ? { status: 'HEALTHY', message: '' } : shown(live);
  }
}

const toSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** It, or all that is around it, is going, and takes its time. */
const isTerminating = (reason: string, live: LiveStatus | undefined): boolean =>
  reason === 'NamespaceTerminating' || reason === 'StillEnding' || live?.state === 'stopping';

function shown(live: LiveStatus): Shown {
  return {
    status: statusOf(live),
    message: live.state === 'failing' ? `${live.reason}: ${live.message}` : '',
  };
}

function statusOf(live: LiveStatus): EntityStatus {
  switch (live.state) {
    case 'starting':
      return 'PENDING';
    case 'running':
    case 'finished':
      return 'HEALTHY';
    case 'stopping':
      return 'TERMINATING';
    case 'failing':
      return live.restarts > 0 ? 'RESTARTING' : 'UNHEALTHY';
  }
}
