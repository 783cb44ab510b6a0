import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { connectKubernetesCluster } from './kubernetes/connect-kubernetes-cluster.ts';
import type { Connection } from './kubernetes/connection/connection.ts';
import { ConnectionError } from './kubernetes/connection/connection.ts';
import { connectInCluster } from './kubernetes/connection/in-cluster.ts';
import { connectByKubeconfig } from './kubernetes/connection/kubeconfig.ts';
import { readTemplate } from './kubernetes/template/read-template.ts';
import { connectLocalCluster } from './local/connect-local-cluster.ts';
import type { WorkloadLog } from './local/connect-local-cluster.ts';
import type { Cluster } from './port.ts';

const texts = z.record(z.string(), z.string());
const programSchema = z.object({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: texts.default({}),
});

const localSchema = z.object({
  engine: z.literal('local'),
  dataDir: z.string().min(1).describe('Folder that one process owns.'),
  programs: z.partialRecord(z.enum(['decrypter', 'batch-exporter', 'batch-job']), programSchema),
  baseEnv: texts.default({}),
  graceMs: z.int().min(0).default(10_000).describe('Between SIGTERM and SIGKILL.'),
});

const kubernetesSchema = z.object({
  engine: z.literal('kubernetes'),
  kubeconfig: z.string().min(1).exactOptional().describe('File; without it the service account of the pod.'),
  inCluster: z
    .object({ host: z.string().min(1), port: z.string().min(1) })
    .exactOptional()
    .describe('Where the pod finds its API server.'),
  namespace: z.string().min(1).exactOptional().describe('Default: the one that the connection names.'),
  templateFile: z.string().min(1).exactOptional().describe('What pods are made from; without it, none are.'),
  baseEnv: texts.default({}),
});

/** How to reach a cluster, from the configuration of an agent. */
export const clusterOptionsSchema = z.discriminatedUnion('engine', [localSchema, kubernetesSchema]);

export type ClusterOptions = z.input<typeof clusterOptionsSchema>;

export interface ClusterRuntime {
  readonly clock?: Clock;
  /** Takes the log lines of workloads, where the cluster has no log of its own. */
  readonly onLog?: (entry: WorkloadLog) => void;
}

/**
 * Connects to the cluster that the options name. Agents in one process share what this answers; a second connection
 * to the same local folder is refused.
 * @throws ConnectionError, InvalidTemplateError, FolderInUseError, ClusterUnavailableError
 */
export async function connectCluster(
  options: ClusterOptions,
  runtime: ClusterRuntime = {},
): Promise<Cluster> {
  const parsed = clusterOptionsSchema.parse(options);
  const { clock, onLog } = runtime;
  if (parsed.engine === 'local')
    return connectLocalCluster({ ...parsed, ...(clock && { clock }), ...(onLog && { onLog }) });
  const connection = await openConnection(parsed, clock ?? systemClock);
  return connectKubernetesCluster({
    connection,
    namespace: parsed.namespace ?? connection.namespace ?? 'default',
    template:
      parsed.templateFile === undefined ? { pod: {}, apps: {} } : await readTemplate(parsed.templateFile),
    baseEnv: parsed.baseEnv,
    ...(clock && { clock }),
  });
}

function openConnection(
  { kubeconfig, inCluster }: z.output<typeof kubernetesSchema>,
  clock: Clock,
): Connection | Promise<Connection> {
  if (kubeconfig !== undefined) return connectByKubeconfig(kubeconfig, clock);
  if (inCluster !== undefined) return connectInCluster({ ...inCluster, clock });
  throw new ConnectionError('nothing says where the API server is: run in a pod, or set KUBECONFIG');
}
