import { perObject, systemClock, TransientError } from '@ccd/reconcile';
import type { Clock, Drift } from '@ccd/reconcile';
import type { Cluster, Labels, LiveSecret, LiveWorkload, SecretSpec, WorkloadSpec } from '../port.ts';
import { includesLabels } from '../spec-rules.ts';
import { createInventory } from './inventory.ts';
import { createOwnedObjects } from './owned-objects.ts';
import type { ActualAndApplier } from './owned-objects.ts';

export interface WorkloadResourcesOptions {
  readonly cluster: Cluster;
  /** Whose state keeps the inventory. */
  readonly agent: string;
  /** On every object of the agent: the installation and the agent. */
  readonly labels: Labels;
  readonly clock?: Clock;
}

/** A secret that is known by its hash; its content is there only while the control plane has just sent it. */
export type SecretReference = Omit<SecretSpec, 'data'> & { readonly data?: SecretSpec['data'] };

export interface ClusterResources<Spec, Live> extends ActualAndApplier<Spec, Live> {
  /** Why an object is not as we left it. */
  readonly drift: Drift<Spec, Live>;
}

export interface WorkloadResources {
  /** Workloads as resources of a kind. Ids of keys are the names of workloads. */
  workloads(kind: string): ClusterResources<WorkloadSpec, LiveWorkload>;
  /** Secrets as resources of a kind. Ids of keys are the names of secrets. */
  secrets(kind: string): ClusterResources<SecretReference, LiveSecret>;
}

/**
 * What an agent keeps in a cluster, ready for the reconcile core. Ownership is recorded in the agent's state (document
 * `inventory`): objects of the inventory are repaired, others of the same name are conflicts.
 */
export function createWorkloadResources({
  cluster,
  agent,
  labels,
  clock = systemClock,
}: WorkloadResourcesOptions): WorkloadResources {
  const state = cluster.agentState(agent);
  const inventory = createInventory(state);
  // Planners keep the specs of what has not changed.
  const digestOf = perObject((spec: WorkloadSpec) =>
    cluster.digestOf({ ...spec, labels: { ...spec.labels, ...labels } }),
  );
  return {
    workloads: (kind) => ({
      ...createOwnedObjects<WorkloadSpec, LiveWorkload>({
        kind,
        objectKind: 'workload',
        labels,
        inventory,
        clock,
        adoption: state.adoption,
        port: {
          list: (asOf) => cluster.listWorkloads({}, asOf),
          create: (spec) => cluster.createWorkload(spec),
          update: (spec, uid, kept) => cluster.updateWorkload(spec, uid, kept),
          remove: (name, uid, kept) => cluster.removeWorkload(name, uid, kept),
        },
      }),
      drift: ({ spec }, { live }) => {
        if (live.liveHash !== live.appliedHash) return live.staleness ?? 'EditedByHand';
        const lost = lostLabels(spec.labels, labels, live.labels);
        if (lost !== undefined) return lost;
        // As it says it should be; but it may have been told so.
        return live.specDigest === digestOf(spec) ? undefined : 'EditedByHand';
      },
    }),
    secrets: (kind) => ({
      ...createOwnedObjects<SecretReference, LiveSecret>({
        kind,
        objectKind: 'secret',
        labels,
        inventory,
        clock,
        adoption: state.adoption,
        port: {
          list: () => cluster.listSecrets({}),
          create: async (spec) => cluster.createSecret(withData(spec)),
          update: async (spec, uid, kept) => cluster.updateSecret(withData(spec), uid, kept),
          remove: (name, uid, kept) => cluster.removeSecret(name, uid, kept),
          ...(cluster.findSecret && { find: cluster.findSecret }),
          isAsApplied: (spec, live) =>
            live.appliedHash === spec.hash && lostLabels(spec.labels, labels, live.labels) === undefined,
        },
      }),
      drift: ({ spec }, { live }) => lostLabels(spec.labels, labels, live.labels),
    }),
  };
}

const lostLabels = (own: Labels, ours: Labels, live: Labels): string | undefined =>
  includesLabels(live, { ...own, ...ours }) ? undefined : 'LabelsLost';

function withData({ data, ...spec }: SecretReference): SecretSpec {
  if (data) return { ...spec, data };
  throw new TransientError(
    `the content of secret ${spec.name} is not at hand until the control plane answers`,
    {
      reason: 'CredentialsUnavailable',
    },
  );
}
