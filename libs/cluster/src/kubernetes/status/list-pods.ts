import type { ObjectClient } from '../client/object-client.ts';
import { pods as resource } from '../client/resources.ts';
import { workloadLabel } from '../template/marks.ts';
import { isPodOf } from './pod-owner.ts';
import type { PodOwner } from './pod-owner.ts';
import { podSchema } from './pod-schema.ts';
import type { Pod } from './pod-schema.ts';

/** A workload whose pods are asked for. */
export interface PodsWanted extends PodOwner {
  readonly uid: string;
  /** What its pods have as `ccd/workload`; undefined for what is none of our making. */
  readonly podLabel: string | undefined;
}

/** So many workloads' pods are asked for by name; of more, all pods are listed. */
const mostByName = 20;

/** The pods of workloads, by the uids of these. */
export async function listPods(
  objects: ObjectClient,
  wanted: readonly PodsWanted[],
): Promise<ReadonlyMap<string, readonly Pod[]>> {
  const labels = new Set(wanted.flatMap(({ podLabel }) => podLabel ?? []));
  if (labels.size === 0) return new Map();
  const list = (selector: string): Promise<readonly Pod[]> =>
    objects.list(resource, selector, (item) => podSchema.parse(item));
  const lists =
    labels.size > mostByName
      ? [await list(workloadLabel)]
      : await Promise.all([...labels].map((label) => list(`${workloadLabel}=${label}`)));
  const labelled = Map.groupBy(lists.flat(), ({ metadata }) => metadata.labels[workloadLabel]);
  return new Map(
    wanted.map((owner) => [
      owner.uid,
      (labelled.get(owner.podLabel) ?? []).filter((pod) => isPodOf(pod, owner)),
    ]),
  );
}
