import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { keptPort } from '../kept.ts';
import type { ServerSource } from '../source.ts';
import { accepts, startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import { askCluster } from './cluster-api.ts';
import type { ClusterFiles } from './cluster-files.ts';
import { toKubeconfig } from './kubeconfig.ts';
import type { NodeNetwork } from './node-network.ts';

/** Flags of a program by their names, without the dashes. */
export type Flags = Readonly<Record<string, string | number | boolean>>;

const toArguments = (flags: Flags): readonly string[] =>
  Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

const within = (home: string | undefined, name: string): string | undefined => home && join(home, name);

/** An etcd of one member, which does not wait for its disk: a kill loses nothing, a power cut may. */
export function startEtcd(source: ServerSource, home: string | undefined): Promise<TestServer> {
  return startTestServer(
    source,
    async (folder) => {
      const port = await keptPort(home, 'etcd');
      const [own, peers] = [port, await keptPort(home, 'etcdPeers')].map(
        (each) => `http://127.0.0.1:${each}`,
      );
      return {
        port,
        command: {
          program: 'etcd',
          args: toArguments({
            name: 'etcd',
            'data-dir': join(folder, 'data'),
            'unsafe-no-fsync': true,
            'listen-client-urls': `${own}`,
            'advertise-client-urls': `${own}`,
            'listen-peer-urls': `${peers}`,
            'initial-advertise-peer-urls': `${peers}`,
            'initial-cluster': `etcd=${peers}`,
            'log-level': 'warn',
          }),
        },
        isReady: async () => (await fetch(`${own}/health`)).ok,
      };
    },
    within(home, 'etcd'),
  );
}

export interface ApiServerWish {
  readonly etcdPort: number;
  readonly files: ClusterFiles;
  readonly auditLog: string;
  readonly flags: Flags;
  readonly home: string | undefined;
  /** Undefined: there will be no nodes. */
  readonly network: NodeNetwork | undefined;
}

/** The API server; ready when its roles are there. */
export function startApiServer(
  source: ServerSource,
  { etcdPort, files, auditLog, flags, home, network }: ApiServerWish,
): Promise<TestServer> {
  return startTestServer(
    source,
    async () => {
      const port = await keptPort(home, 'apiServer');
      const access = { url: `https://127.0.0.1:${port}`, ca: files.ca, as: { token: files.tokens.admin } };
      return {
        port,
        command: {
          program: 'kube-apiserver',
          args: toArguments({
            'etcd-servers': `http://127.0.0.1:${etcdPort}`,
            'secure-port': port,
            ...addressFlags(network),
            'tls-cert-file': files.certFile,
            'tls-private-key-file': files.keyFile,
            'client-ca-file': files.caFile,
            'token-auth-file': files.tokenFile,
            'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
            'service-account-key-file': files.serviceAccountKeyFile,
            'service-account-signing-key-file': files.serviceAccountKeyFile,
            'authorization-mode': 'Node,RBAC',
            'allow-privileged': true,
            'kubelet-client-certificate': files.kubeletClient.certFile,
            'kubelet-client-key': files.kubeletClient.keyFile,
            'kubelet-preferred-address-types': 'InternalIP',
            'audit-policy-file': files.auditPolicyFile,
            'audit-log-path': auditLog,
            // What has been answered is in the log; megabytes after which another is begun.
            'audit-log-mode': 'blocking',
            'audit-log-maxsize': 100_000,
            // A shutdown does not wait a minute for those that watch.
            'shutdown-watch-termination-grace-period': '1s',
            profiling: false,
            ...flags,
          }),
        },
        isReady: async () => (await askCluster(access, 'GET', '/readyz')) === 'ok',
      };
    },
    within(home, 'api-server'),
  );
}

/** Without nodes nobody asks for the Service of the API server, and no loopback address may stand in one. */
function addressFlags(network: NodeNetwork | undefined): Flags {
  return network === undefined
    ? {
        'bind-address': '127.0.0.1',
        'advertise-address': '127.0.0.1',
        'endpoint-reconciler-type': 'none',
        'service-cluster-ip-range': '10.96.0.0/16',
      }
    : {
        'bind-address': '0.0.0.0',
        'advertise-address': network.machine,
        'service-cluster-ip-range': network.services,
      };
}

export interface ControllerManagerWish {
  /** Of the API server. */
  readonly url: string;
  readonly files: ClusterFiles;
  readonly flags: Flags;
  readonly home: string | undefined;
}

/** All controllers, each with a service account of its own. */
export function startControllerManager(
  source: ServerSource,
  { url, files, flags, home }: ControllerManagerWish,
): Promise<TestServer> {
  return startTestServer(
    source,
    async (folder) => {
      const port = await keptPort(home, 'controllerManager');
      const kubeconfig = join(folder, 'kubeconfig');
      const access = { url, ca: files.ca, as: { token: files.tokens.controllers } };
      writeFileSync(kubeconfig, toKubeconfig(access), { mode: 0o600 });
      return {
        port,
        command: {
          program: 'kube-controller-manager',
          args: toArguments({
            kubeconfig,
            'bind-address': '127.0.0.1',
            'secure-port': port,
            'cert-dir': folder,
            'leader-elect': false,
            'use-service-account-credentials': true,
            'service-account-private-key-file': files.serviceAccountKeyFile,
            'root-ca-file': files.caFile,
            profiling: false,
            ...flags,
          }),
        },
        isReady: () => accepts(port),
      };
    },
    within(home, 'controller-manager'),
  );
}

/** Gives pods to nodes. */
export function startScheduler(source: ServerSource, url: string, files: ClusterFiles): Promise<TestServer> {
  return startTestServer(source, async (folder) => {
    const port = await freePort();
    const kubeconfig = join(folder, 'kubeconfig');
    const access = { url, ca: files.ca, as: { token: files.tokens.scheduler } };
    writeFileSync(kubeconfig, toKubeconfig(access), { mode: 0o600 });
    return {
      port,
      command: {
        program: 'kube-scheduler',
        args: toArguments({
          kubeconfig,
          'authentication-kubeconfig': kubeconfig,
          'authorization-kubeconfig': kubeconfig,
          'bind-address': '127.0.0.1',
          'secure-port': port,
          'cert-dir': folder,
          'leader-elect': false,
          profiling: false,
        }),
      },
      isReady: () => accepts(port),
    };
  });
}
