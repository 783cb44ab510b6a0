import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { createServerFolder, openHome } from '../server-folder.ts';
import { onAll } from '../server-group.ts';
import type { TestServer } from '../test-server.ts';
import { createAuditLog } from './audit-log.ts';
import type { AuditLog } from './audit-log.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { writeClusterFiles } from './cluster-files.ts';
import { createClusterHandle } from './cluster-handle.ts';
import type { ClusterHandle } from './cluster-handle.ts';
import { compactEtcd } from './compact-etcd.ts';
import { startApiServer, startControllerManager, startEtcd } from './control-plane.ts';
import type { Flags } from './control-plane.ts';
import { findGivenCluster } from './given-cluster.ts';
import { toKubeconfig } from './kubeconfig.ts';
import { apiServerHosts } from './node-network.ts';
import type { NodeNetwork } from './node-network.ts';
import { useGivenCluster } from './use-given-cluster.ts';

export interface KubernetesOptions {
  /**
   * `own`: processes of the suite's own, even where KUBECONFIG names a cluster of kind or k3d; for suites that stop and
   * pause them, or read the audit log.
   */
  readonly cluster?: 'own' | 'own or given';
  /** Flags on top of those for tests, such as `{ 'watch-cache': false }`. */
  readonly apiServer?: Flags;
  readonly controllerManager?: Flags;
  /**
   * A folder for its data, settings and ports that is kept when it is stopped, and taken up again by the next start;
   * absent: one that goes with it.
   */
  readonly home?: string;
}

/** What only a cluster of our own processes has; each throws `GivenClusterError` on another. */
export interface OwnProcesses extends AuditLog {
  readonly etcd: TestServer;
  readonly apiServer: TestServer;
  readonly controllerManager: TestServer;
  /** Makes etcd forget old revisions. What the API server has in memory it still gives, until it is restarted. */
  compactEtcd(): Promise<void>;
}

/** A Kubernetes of a suite's own, without nodes: pods are created, and stay Pending. */
export interface KubernetesServer extends ClusterHandle, OwnProcesses {
  /** The context of KUBECONFIG that is used; undefined where the processes are our own. */
  readonly given: string | undefined;
  /** Ends it and removes its data; of a cluster that was given, the namespaces that were made. Any number of times. */
  stop(): Promise<void>;
}

/**
 * Starts etcd, an API server and the controller manager, or uses the cluster of KUBECONFIG where that is one of kind or k3d.
 * RBAC is on, and the admission plugins are those that a server has when it is told nothing of them.
 * @throws ServerMissingError where there is neither
 */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<KubernetesServer> {
  const given = options.cluster === 'own' ? undefined : findGivenCluster();
  return given === undefined ? (await startOwnKubernetes(options)).server : useGivenCluster(given);
}

/** A cluster of our own, and what a node of it has to know. */
export interface OwnKubernetes {
  readonly server: KubernetesServer;
  readonly files: ClusterFiles;
}

export async function startOwnKubernetes(
  options: KubernetesOptions,
  network?: NodeNetwork,
): Promise<OwnKubernetes> {
  const source = findSource('kubernetes');
  const { home } = options;
  const { folder, remove } = home === undefined ? createServerFolder(source) : openHome(source, home);
  const started: TestServer[] = [];
  async function stop(): Promise<void> {
    await onAll(started).stop();
    remove();
  }
  try {
    const auditLog = join(folder, 'audit.jsonl');
    const files = await writeClusterFiles(folder, apiServerHosts(network), home);
    const etcd = await startEtcd(source, home);
    started.push(etcd);
    const apiServer = await startApiServer(source, {
      ...{ etcdPort: etcd.port, files, auditLog, home, network },
      flags: options.apiServer ?? {},
    });
    started.push(apiServer);
    const access = {
      url: `https://127.0.0.1:${apiServer.port}`,
      ca: files.ca,
      as: { token: files.tokens.admin },
    };
    const controllerManager = await startControllerManager(source, {
      ...{ url: access.url, files, home },
      flags: options.controllerManager ?? {},
    });
    started.push(controllerManager);
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, toKubeconfig(access), { mode: 0o600 });
    const { handle } = createClusterHandle(access, {
      program: source.file('kubectl') ?? 'kubectl',
      kubeconfig,
      cache: join(folder, 'kubectl'),
    });
    const server = {
      ...handle,
      ...createAuditLog(auditLog, access),
      given: undefined,
      etcd,
      apiServer,
      controllerManager,
      compactEtcd: () => compactEtcd(etcd.port),
      stop,
    };
    return { server, files };
  } catch (error) {
    await stop();
    throw error;
  }
}
