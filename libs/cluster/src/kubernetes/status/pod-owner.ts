import type { Pod } from './pod-schema.ts';

/** What a workload is by name: whoever knows its uid says so. */
export interface PodOwner {
  readonly kind: 'Deployment' | 'Job';
  readonly name: string;
  readonly uid?: string;
}

/**
 * Whether a controller made the pod for the workload. Labels don't tell: anybody can write them on a pod of their own, which
 * would then speak for the workload.
 *
 * A Job owns its pods itself. A Deployment owns them through ReplicaSets, which agents may not read, so that their name has
 * to do: that of the Deployment and the hash that the pod has as a label. A reference to none that is there does not last, since
 * garbage collection removes the pod; and one to another ReplicaSet makes that one's controller count it.
 */
export function isPodOf({ metadata }: Pod, { kind, name, uid }: PodOwner): boolean {
  const owner = metadata.ownerReferences.find(({ controller }) => controller);
  if (owner === undefined) return false;
  if (kind === 'Job')
    return owner.kind === 'Job' && owner.name === name && (uid === undefined || owner.uid === uid);
  const hash = metadata.labels['pod-template-hash'];
  return owner.kind === 'ReplicaSet' && hash !== undefined && owner.name === `${name}-${hash}`;
}
