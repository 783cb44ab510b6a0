import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterFiles } from './cluster-files.ts';
import type { ClusterAccess } from './cluster-api.ts';
import { toKubeconfig } from './kubeconfig.ts';
import { nodeName } from './node-network.ts';
import type { NodeNetwork } from './node-network.ts';

/** As the archive of the pause image names it (tools/test-servers). */
export const pauseImage = 'ccd.local/pause:1';

/** containerd's socket, in the node's folder. */
export const socketName = 'containerd.sock';

export interface NodeWish {
  /** Of the node's own. */
  readonly folder: string;
  readonly files: ClusterFiles;
  /** Of the API server, as the node sees it. */
  readonly url: string;
  readonly network: NodeNetwork;
  readonly cgroup: string;
  /** Folder of the CNI plugins. */
  readonly plugins: string;
  readonly runc: string;
}

/** Writes what the programs of a node read. Where there is a fixed place for it `node.sh` knows it, too. */
export function writeNodeFiles(wish: NodeWish): void {
  const { folder, files, url } = wish;
  const write = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  };
  const asUser = (token: string): string => {
    const access: ClusterAccess = { url, ca: files.ca, as: { token } };
    return toKubeconfig(access);
  };
  mkdirSync(join(folder, 'cni'), { recursive: true });
  write('containerd.toml', containerdToml(wish));
  write('cni/10-bridge.conflist', JSON.stringify(bridge(wish), null, 2));
  write('kubelet.kubeconfig', asUser(files.tokens.node));
  write('kubelet.json', JSON.stringify(kubeletConfig(wish), null, 2));
  write('kube-proxy.kubeconfig', asUser(files.tokens.proxy));
  write('kube-proxy.json', JSON.stringify(proxyConfig(wish), null, 2));
  write('coredns.kubeconfig', asUser(files.tokens.admin));
  write('Corefile', corefile(wish));
  // Of the node itself, and of pods that ask for its: there is none beyond the cluster's.
  write('resolv.conf', `nameserver ${wish.network.node}\n`);
}

const quoted = (path: string): string => JSON.stringify(path);

function containerdToml({ folder, plugins, runc }: NodeWish): string {
  return `version = 3
root = ${quoted(join(folder, 'containerd'))}
state = "/run/containerd"

[grpc]
  address = ${quoted(join(folder, socketName))}

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = ${quoted(pauseImage)}

[plugins.'io.containerd.cri.v1.runtime']
  # A machine that is a virtual one itself may not let us lower it.
  restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = [${quoted(plugins)}]
  conf_dir = ${quoted(join(folder, 'cni'))}

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = ${quoted(runc)}
  SystemdCgroup = false
`;
}

function bridge({ folder, network }: NodeWish): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods',
        isGateway: true,
        // A pod reaches itself through its Service.
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(folder, 'addresses'),
          ranges: [[{ subnet: network.pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      // For containers with a hostPort.
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function kubeletConfig({ folder, files, network, cgroup }: NodeWish): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: files.caFile },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    clusterDNS: [network.node],
    clusterDomain: 'cluster.local',
    containerRuntimeEndpoint: `unix://${join(folder, socketName)}`,
    // Whoever runs tests decides how full the disk may be.
    evictionHard: {
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    failSwapOn: false,
    healthzBindAddress: network.node,
    makeIPTablesUtilChains: false,
    nodeStatusUpdateFrequency: '1s',
    podLogsDir: join(folder, 'pods'),
    // node.sh pretends that they are what it wants.
    protectKernelDefaults: true,
    resolvConf: join(folder, 'resolv.conf'),
    volumePluginDir: join(folder, 'volume-plugins'),
  };
}

function proxyConfig({ folder, network }: NodeWish): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: join(folder, 'kube-proxy.kubeconfig') },
    clusterCIDR: network.pods,
    // Those of the machine stay as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    healthzBindAddress: `${network.node}:10256`,
    hostnameOverride: nodeName,
    metricsBindAddress: '127.0.0.1:10249',
    mode: 'nftables',
    nftables: { syncPeriod: '10s', minSyncPeriod: '0s' },
  };
}

function corefile({ folder }: NodeWish): string {
  return `.:53 {
  ready :8181
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${join(folder, 'coredns.kubeconfig')}
    ttl 0
  }
}
`;
}
