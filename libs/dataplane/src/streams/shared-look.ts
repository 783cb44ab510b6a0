import type { Cluster, LiveWorkload } from '@ccd/cluster';
import type { Clock } from '@ccd/reconcile';

/** Two views of one cluster. */
export interface SharedLook {
  /** For whoever plans: what it lists is kept for the observation that follows. */
  readonly planning: Pick<Cluster, 'listWorkloads'>;
  /** For whoever observes and applies. */
  readonly observing: Cluster;
}

/** Between a plan and the observation after it there is nothing that takes time. */
const longestMs = 1_000;

/**
 * Lists all workloads once in a run, where plan and observation would list them one right after the other: ten thousand are some
 * tens of megabytes. What was listed is taken once, and only by the next look at all of them.
 */
export function shareLook(cluster: Cluster, clock: Clock): SharedLook {
  let kept: { readonly all: readonly LiveWorkload[]; readonly at: number } | undefined;
  const isWhole = (labels: object): boolean => Object.keys(labels).length === 0;
  return {
    planning: {
      async listWorkloads(labels, asOf) {
        const all = await cluster.listWorkloads(labels, asOf);
        kept = isWhole(labels) ? { all, at: clock.monotonic() } : undefined;
        return all;
      },
    },
    observing: {
      ...cluster,
      async listWorkloads(labels, asOf) {
        const taken = kept;
        kept = undefined;
        return taken !== undefined && isWhole(labels) && clock.monotonic() - taken.at <= longestMs
          ? taken.all
          : cluster.listWorkloads(labels, asOf);
      },
    },
  };
}
