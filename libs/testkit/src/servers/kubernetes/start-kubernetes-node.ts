import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { serverPlaces } from '../config.ts';
import { findSource } from '../find-source.ts';
import type { ServerSource } from '../source.ts';
import { startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import { createNodeCgroup } from './node-cgroup.ts';
import { askCluster } from './cluster-api.ts';
import type { ClusterAccess } from './cluster-api.ts';
import { startScheduler } from './control-plane.ts';
import { forwardPort } from './forward-port.ts';
import { socketName, writeNodeFiles } from './node-files.ts';
import { nodeName, pickNodeNetwork } from './node-network.ts';
import type { NodeNetwork } from './node-network.ts';
import { startOwnKubernetes } from './start-kubernetes.ts';
import type { KubernetesOptions, KubernetesServer, OwnKubernetes } from './start-kubernetes.ts';

const execute = promisify(execFile);

/** Where Debian has programs for root. */
const systemFolders = ['/usr/sbin', '/sbin'];

export type NodeOptions = Pick<KubernetesOptions, 'apiServer' | 'controllerManager'>;

/** A Kubernetes of a suite's own with one node that runs real pods. */
export interface KubernetesNodeServer extends KubernetesServer {
  /** All that runs on the node, the pods too: what is done to it is done to each of their processes. */
  readonly node: Omit<TestServer, 'host' | 'port'>;
  readonly scheduler: TestServer;
  /** The address of this machine that pods reach it by, and this machine itself as well. */
  readonly machine: string;
  /** Gives the node an image: an archive as `docker save` or `buildah push docker-archive:` write them, or one in the layout of OCI. */
  importImage(archive: string): Promise<void>;
  /** Gives an image that the node has another name beside its own. */
  tagImage(reference: string, another: string): Promise<void>;
  /** Lets pods reach a server of 127.0.0.1 on the same port of `machine`. */
  expose(port: number): Promise<void>;
}

/**
 * Starts a cluster as `startKubernetes` does, always of our own processes, with a node: containerd, kubelet, kube-proxy and
 * DNS, in namespaces of their own. This machine reaches pods and Services by their addresses. Needs root.
 * @throws ServerMissingError where there is none
 */
export async function startKubernetesNode(options: NodeOptions = {}): Promise<KubernetesNodeServer> {
  const source = findSource('kubernetes-node');
  const network = pickNodeNetwork();
  const started: { stop(): unknown }[] = [];
  async function stop(): Promise<void> {
    for (const each of started.splice(0).toReversed()) await each.stop();
  }
  try {
    const { server, files } = await startOwnKubernetes(options, network);
    started.push(server);
    const scheduler = await startScheduler(source, server.url, files);
    const cgroup = createNodeCgroup(network.device);
    started.push(scheduler, cgroup);
    const node = await startNode(source, { server, files, network });
    started.push(node);
    const socket = join(node.folder, socketName);
    async function images(...args: readonly string[]): Promise<void> {
      const ctr = source.file('ctr') ?? 'ctr';
      await execute(ctr, ['--address', socket, '--namespace=k8s.io', 'images', ...args]);
    }
    return {
      ...server,
      node: {
        ...node,
        async kill() {
          await node.kill();
          // Their parents end before the pods do.
          await cgroup.whenEmpty();
        },
      },
      scheduler,
      machine: network.machine,
      importImage: (archive) => images('import', archive),
      tagImage: (reference, another) => images('tag', reference, another),
      async expose(port) {
        started.push(await forwardPort(network.machine, port));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface NodePlace extends OwnKubernetes {
  readonly network: NodeNetwork;
}

function startNode(source: ServerSource, { server, files, network }: NodePlace): Promise<TestServer> {
  return startTestServer(source, async (folder) => {
    const file = (name: string): string => source.file(name) ?? name;
    writeNodeFiles({
      ...{ folder, files, network },
      url: `https://${network.machine}:${server.apiServer.port}`,
      cgroup: network.device,
      plugins: dirname(file('bridge')),
      runc: file('runc'),
    });
    return {
      port: 10_250,
      command: {
        program: 'unshare',
        // The first process of the namespaces is killed with the one that made them, and all others with it.
        args: [
          ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--propagation=private'],
          ...['/bin/sh', join(import.meta.dirname, 'node.sh')],
        ],
        env: {
          MACHINE_PID: `${process.pid}`,
          MACHINE_ADDRESS: network.machine,
          NODE_FOLDER: folder,
          NODE_NAME: nodeName,
          NODE_CGROUP: network.device,
          NODE_DEVICE: network.device,
          NODE_ADDRESS: network.node,
          NODE_PODS: network.pods,
          NODE_SERVICES: network.services,
          CONTAINERD: file('containerd'),
          CONTAINERD_SOCKET: join(folder, socketName),
          COREDNS: file('coredns'),
          CTR: file('ctr'),
          KUBELET: file('kubelet'),
          KUBE_PROXY: file('kube-proxy'),
          PAUSE_IMAGE: file('pause.tar'),
          // containerd starts its shim by name.
          PATH: [dirname(file('containerd')), ...serverPlaces.path, ...systemFolders].join(delimiter),
        },
      },
      isReady: async () => (await isNodeReady(server.access)) && (await areReady(network)),
    };
  });
}

const nodeSchema = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
});

async function isNodeReady(access: ClusterAccess): Promise<boolean> {
  const node = await askCluster(access, 'GET', `/api/v1/nodes/${nodeName}`);
  return nodeSchema
    .parse(node)
    .status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** The kubelet, whose node the API server calls ready for a while after it was lost, DNS and kube-proxy. */
async function areReady({ node }: NodeNetwork): Promise<boolean> {
  const answers = await Promise.all(
    ['10248/healthz', '8181/ready', '10256/healthz'].map((path) => fetch(`http://${node}:${path}`)),
  );
  return answers.every(({ ok }) => ok);
}
