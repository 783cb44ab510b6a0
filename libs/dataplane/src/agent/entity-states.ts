import type { EntityStateReport, EntityStatus } from '@ccd/controlplane';
import type { ResourceReport } from '@ccd/reconcile';

/** How a live resource fares by itself, in the words of the cluster port. */
export type LiveStatus =
  | { readonly state: 'starting' | 'running' | 'stopping' }
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
  const { outcome, reason, message } = report;
  const said = message === undefined || message === '' ? reason : `${reason}: ${message}`;
  switch (outcome) {
    case 'deleted':
      return { status: 'REMOVED', message: '' };
    case 'failed':
    case 'conflict':
      return { status: 'UNHEALTHY', message: said };
    case 'skipped':
      return { status: 'PENDING', message: said };
    case 'withheld':
      return { status: live === undefined ? 'HEALTHY' : statusOf(live), message: said };
    case 'created':
    case 'configured':
    case 'unchanged':
      return live === undefined ? { status: 'HEALTHY', message: '' } : shown(live);
  }
}

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
      return 'HEALTHY';
    case 'stopping':
      return 'TERMINATING';
    case 'failing':
      return live.restarts > 0 ? 'RESTARTING' : 'UNHEALTHY';
  }
}
