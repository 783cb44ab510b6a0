import { z } from 'zod';
import type { InstallCluster } from '../src/testing/kubernetes/install-cluster.ts';

/** Bytes that a pod's one container holds. */
export interface PodMemory {
  /** Name of its container. */
  readonly app: string;
  /** Without what the kernel can drop of files: by this the kubelet judges. */
  readonly workingSet: number;
  /** `memory.current`; with cgroups of version 1 `memory.usage_in_bytes`. */
  readonly usage: number;
}

const namesSchema = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
const memorySchema = z.object({ usageBytes: z.number(), workingSetBytes: z.number() });
const summarySchema = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ namespace: z.string() }),
      containers: z.array(z.object({ name: z.string(), memory: memorySchema.exactOptional() })).default([]),
    }),
  ),
});

/** Of all pods of a namespace, by what the kubelets have read from their cgroups last. */
export async function readPodMemory(
  { kubectl }: Pick<InstallCluster, 'kubectl'>,
  namespace: string,
): Promise<readonly PodMemory[]> {
  const nodes = namesSchema.parse(JSON.parse(await kubectl(['get', 'nodes', '-o', 'json'])));
  const found: PodMemory[] = [];
  for (const { metadata } of nodes.items) {
    const path = `/api/v1/nodes/${metadata.name}/proxy/stats/summary`;
    const { pods } = summarySchema.parse(JSON.parse(await kubectl(['get', '--raw', path])));
    for (const { containers } of pods.filter(({ podRef }) => podRef.namespace === namespace)) {
      for (const { name, memory } of containers) {
        if (memory !== undefined)
          found.push({ app: name, workingSet: memory.workingSetBytes, usage: memory.usageBytes });
      }
    }
  }
  return found.toSorted((one, other) => (one.app < other.app ? -1 : 1));
}
