import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectCluster } from '@ccd/cluster';
import type { Cluster } from '@ccd/cluster';
import { toClusterOptions } from '@ccd/dataplane';
import { loadConfig } from '@ccd/service';
import type { KubernetesServer } from '@ccd/testkit/servers';
import type { KubernetesObject } from './helm.ts';
import { othersOfPods, podsOf, schemaOf, templatesOf, toEnvironment } from './pods.ts';

export interface Installed {
  readonly server: KubernetesServer;
  readonly namespace: string;
  /** What the chart has made of the values. */
  readonly objects: readonly KubernetesObject[];
  /** For what a pod has in files. */
  readonly folder: string;
}

/** The cluster as the agent's pod would have it: by its settings, its template and its token. */
export async function connectAs(
  { server, namespace, objects, folder }: Installed,
  agent: string,
): Promise<Cluster> {
  const pod = podsOf(objects).find(({ app }) => app === agent);
  const kubeconfig = join(folder, `${agent}.kubeconfig`);
  writeFileSync(kubeconfig, await server.kubeconfigFor(namespace, agent));
  const env = toEnvironment(pod?.env ?? [], objects, { ...othersOfPods, 'metadata.namespace': namespace });
  const template = templatesOf(objects)[agent];
  if (template !== undefined) writeFileSync(join(folder, `${agent}.yaml`), template);
  const given = {
    ...env,
    KUBECONFIG: kubeconfig,
    ...(template !== undefined && { WORKLOAD_TEMPLATE_FILE: join(folder, `${agent}.yaml`) }),
  };
  const config = loadConfig(await schemaOf(agent), given);
  return connectCluster(toClusterOptions(config as Parameters<typeof toClusterOptions>[0], given));
}
