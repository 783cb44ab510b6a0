import type { KubernetesServer } from '@ccd/testkit/servers';
import { z } from 'zod';

const texts = z.record(z.string(), z.string()).default({});
const objectSchema = z.object({
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    generation: z.number().default(0),
    resourceVersion: z.string(),
    labels: texts,
    annotations: texts,
    ownerReferences: z.array(z.object({ uid: z.string() })).default([]),
  }),
  spec: z.unknown().optional(),
});

export type ClusterObject = z.output<typeof objectSchema>;

/** Deployments, Secrets and ConfigMaps of a namespace, whoever made them. */
export async function readObjects(
  { kubectl }: Pick<KubernetesServer, 'kubectl'>,
  namespace: string,
): Promise<readonly ClusterObject[]> {
  const answer = await kubectl(['get', 'deployments,secrets,configmaps', '-n', namespace, '-o', 'json']);
  return z.object({ items: z.array(objectSchema) }).parse(JSON.parse(answer)).items;
}

/** Names of those that hold data or run it, without what agents and the cluster keep for themselves. */
export const namesOf = (objects: readonly ClusterObject[], kind: string): readonly string[] =>
  objects
    .filter((each) => each.kind === kind)
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt' && !name.startsWith('ccd-'))
    .toSorted();

/**
 * What is wrong with the files of workloads: each Deployment has one ConfigMap, and there are no others.
 * @param foreign names of objects of somebody else
 */
export function checkFiles(
  all: readonly ClusterObject[],
  foreign: readonly string[] = [],
): readonly string[] {
  const objects = all.filter(({ metadata }) => !foreign.includes(metadata.name));
  const files = objects.filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && 'ccd/workload' in metadata.labels,
  );
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  const uids = new Set(deployments.map(({ metadata }) => metadata.uid));
  return [
    ...deployments.flatMap(({ metadata: { name, uid } }) => {
      const own = files.filter(({ metadata }) => metadata.ownerReferences.some((owner) => owner.uid === uid));
      return own.length === 1 ? [] : [`${name} has ${own.length} ConfigMaps`];
    }),
    ...files
      .filter(({ metadata }) => !metadata.ownerReferences.some(({ uid }) => uids.has(uid)))
      .map(({ metadata }) => `the ConfigMap ${metadata.name} belongs to nothing`),
  ];
}
