import { z } from 'zod';
import type { WorkloadStatus } from '../../port.ts';
import { failing, inShort } from './failing.ts';
import { conditionSchema } from './pod-schema.ts';
import type { Condition, Pod } from './pod-schema.ts';
import { toPodsStatus } from './pod-status.ts';
import type { Said } from './pod-status.ts';

const count = z.number().default(0);

/** What we read of the status of a Deployment or a Job. */
export const statusSchema = z
  .object({
    observedGeneration: count,
    replicas: count,
    updatedReplicas: count,
    readyReplicas: count,
    conditions: z.array(conditionSchema).default([]),
  })
  .prefault({});

export interface WorkloadState {
  readonly kind: 'Deployment' | 'Job';
  readonly generation: number;
  readonly deleting: boolean;
  readonly status: z.output<typeof statusSchema>;
}

/** What can be said without a look at the pods; most workloads run, and theirs need not even be listed. */
export function toStatusWithoutPods(state: WorkloadState): WorkloadStatus | undefined {
  if (state.deleting) return { state: 'stopping' };
  return state.kind === 'Job' ? jobStatus(state) : deploymentStatus(state);
}

/** @param now wall time */
export const toWorkloadStatus = (
  state: WorkloadState,
  pods: readonly Pod[],
  now: number,
  said?: Said,
): WorkloadStatus => toStatusWithoutPods(state) ?? toPodsStatus(pods, now, said);

function deploymentStatus({ generation, status }: WorkloadState): WorkloadStatus | undefined {
  // The controller has not seen the latest change: what it says is of an earlier one.
  if (status.observedGeneration < generation) return { state: 'starting' };
  const refused = findTrue(status.conditions, 'ReplicaFailure');
  if (refused) return refusal(refused);
  const { replicas, updatedReplicas, readyReplicas } = status;
  return readyReplicas > 0 && updatedReplicas === replicas ? { state: 'running' } : undefined;
}

function jobStatus({ status }: WorkloadState): WorkloadStatus | undefined {
  if (findTrue(status.conditions, 'Complete')) return { state: 'finished' };
  const failed = findTrue(status.conditions, 'Failed');
  if (failed)
    return failing(failed.reason || 'JobFailed', 'the job has given up: its pods and their logs say why');
  return undefined;
}

const findTrue = (conditions: readonly Condition[], type: string): Condition | undefined =>
  conditions.find((each) => each.type === type && each.status === 'True');

/** Why no pod could be made. */
function refusal({ reason, message }: Condition): WorkloadStatus {
  const quota = /exceeded quota: ([a-z0-9.-]{1,253})/.exec(message)?.[1];
  if (quota !== undefined)
    return failing('QuotaExceeded', `the quota ${quota} of the namespace leaves no room: raise it`);
  const limits = /must specify (.{1,100}?)(?: for|$|;)/.exec(message)?.[1];
  if (/failed quota/.test(message))
    return failing(
      'QuotaExceeded',
      `a quota of the namespace asks for ${inShort(limits ?? 'requests and limits')}: set resources in the pod template`,
    );
  if (/violates PodSecurity/.test(message))
    return failing('AdmissionDenied', 'the pod security standard of the namespace refuses the pod');
  const denied = /admission webhook "([^"]{1,253})"|ValidatingAdmissionPolicy '([^']{1,253})'/.exec(message);
  if (denied)
    return failing(
      'AdmissionDenied',
      `${denied[1] ?? denied[2] ?? 'an admission rule'} refuses the pod: change the rule or the pod template`,
    );
  const account = /serviceaccount "([a-z0-9.-]{1,253})" not found/.exec(message)?.[1];
  if (account !== undefined)
    return failing('ServiceAccountNotFound', `the service account ${account} does not exist`);
  return failing(reason || 'FailedCreate', `no pod can be made (${inShort(message)})`);
}
