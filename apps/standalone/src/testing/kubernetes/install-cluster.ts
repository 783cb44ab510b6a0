import { join } from 'node:path';
import { otherCheckout } from '@ccd/testkit';
import { startKubernetesNode } from '@ccd/testkit/servers';
import type { AuditEvent } from '@ccd/testkit/servers';
import type { ServerReach } from '../engines/server-set.ts';
import { importImages, withTag } from './images.ts';

/** A cluster with nodes, on which a data plane is installed. */
export interface InstallCluster extends ServerReach {
  /** A file. */
  readonly kubeconfig: string;
  /** What the references of images begin with. */
  readonly registry: string;
  /** The images' tag, and another under which they are there as well. */
  readonly tags: readonly [string, string];
  /** As an administrator. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** A namespace of the caller's own with these labels. */
  namespace(labels: Readonly<Record<string, string>>): Promise<string>;
  /** Where this machine reaches the gateway of a namespace. */
  gatewayUrl(namespace: string): Promise<string>;
  /** What its API server was asked; undefined where nobody can tell. */
  readonly audit: Audit | undefined;
  stop(): Promise<void>;
}

export interface Audit {
  readonly mark: () => Promise<number>;
  readonly since: (mark: number) => Promise<readonly AuditEvent[]>;
}

/** Where the images of a test are said to come from: the node has them already. */
const registry = 'registry.test';
const [own, other] = ['0.1.0', 'other'];

/**
 * One node of our own, with images of these apps as they are now, and as they are in another checkout where that is given.
 * @param folder for the images
 */
export async function startNodeCluster(folder: string, apps: readonly string[]): Promise<InstallCluster> {
  const node = await startKubernetesNode();
  try {
    const images = await importImages(node, { folder: join(folder, 'images'), registry, tag: own, apps });
    if (otherCheckout === undefined)
      for (const image of images) await node.tagImage(image, withTag(image, other));
    else {
      const others = { folder: join(folder, 'other-images'), checkout: otherCheckout };
      await importImages(node, { ...others, registry, tag: other, apps });
    }
  } catch (error) {
    await node.stop();
    throw error;
  }
  return {
    kubeconfig: node.kubeconfig,
    machine: node.machine,
    registry,
    tags: [own, other],
    expose: (port) => node.expose(port),
    kubectl: (args, input) => node.kubectl(args, input),
    namespace: (labels) => node.namespace(labels),
    async gatewayUrl(namespace) {
      const service = ['--namespace', namespace, 'get', 'service', 'event-gateway'];
      return `http://${await node.kubectl([...service, '-o', 'jsonpath={.spec.clusterIP}'])}`;
    },
    audit: { mark: () => node.auditMark(), since: (mark) => node.audit(mark) },
    stop: () => node.stop(),
  };
}
