import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServerFolder } from '../server-folder.ts';
import type { TestServer } from '../test-server.ts';
import { createClusterHandle } from './cluster-handle.ts';
import type { GivenCluster } from './given-cluster.ts';
import { toKubeconfig } from './kubeconfig.ts';
import type { KubernetesServer } from './start-kubernetes.ts';

/** The cluster is one of KUBECONFIG, whose processes are not ours to stop, pause or read the logs of. */
export class GivenClusterError extends Error {
  override readonly name = 'GivenClusterError';

  constructor(what: string, context: string) {
    super(
      `${what} is there only in a cluster of the testkit's own, and KUBECONFIG gives ${context}: ` +
        "start it with { cluster: 'own' }",
    );
  }
}

/** A handle of a cluster that runs already. */
export function useGivenCluster({ context, access, kubectl }: GivenCluster): KubernetesServer {
  const { folder, remove } = createServerFolder({ kind: 'kubernetes', adopt() {} });
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, toKubeconfig(access, { name: context }), { mode: 0o600 });
  const cluster = createClusterHandle(access, {
    program: kubectl,
    kubeconfig,
    cache: join(folder, 'kubectl'),
  });
  const not = (what: string): never => {
    throw new GivenClusterError(what, context);
  };
  return {
    ...cluster.handle,
    given: context,
    get etcd(): TestServer {
      return not('etcd');
    },
    get apiServer(): TestServer {
      return not('apiServer');
    },
    get controllerManager(): TestServer {
      return not('controllerManager');
    },
    audit: async () => not('audit'),
    auditMark: async () => not('auditMark'),
    compactEtcd: async () => not('compactEtcd'),
    async stop() {
      await cluster.removeNamespaces();
      remove();
    },
  };
}
