import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { connectLocalCluster } from './local/connect-local-cluster.ts';
import type { WorkloadLog } from './local/connect-local-cluster.ts';
import type { Cluster } from './port.ts';

const texts = z.record(z.string(), z.string());
const programSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: texts.default({}),
});

/** How to reach a cluster, from the configuration of an agent. */
export const clusterOptionsSchema = z.discriminatedUnion('engine', [
  z.object({
    engine: z.literal('local'),
    dataDir: z.string().min(1).describe('Folder that one process owns.'),
    programs: z.partialRecord(z.enum(['decrypter', 'batch-exporter', 'batch-job']), programSchema),
    baseEnv: texts.default({}),
    graceMs: z.int().min(0).default(10_000).describe('Between SIGTERM and SIGKILL.'),
  }),
]);

export type ClusterOptions = z.input<typeof clusterOptionsSchema>;

export interface ClusterRuntime {
  readonly clock?: Clock;
  /** Takes the log lines of workloads, where the cluster has no log of its own. */
  readonly onLog?: (entry: WorkloadLog) => void;
}

/**
 * Connects to the cluster that the options name. Agents in one process share what this answers; a second connection
 * to the same folder is refused.
 */
export async function connectCluster(
  options: ClusterOptions,
  { clock, onLog }: ClusterRuntime = {},
): Promise<Cluster> {
  return connectLocalCluster({
    ...clusterOptionsSchema.parse(options),
    ...(clock && { clock }),
    ...(onLog && { onLog }),
  });
}
