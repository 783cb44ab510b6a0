import { createNamespace, removeNamespace, serviceAccountKubeconfig } from './cluster-actions.ts';
import type { ClusterAccess } from './cluster-api.ts';
import { runKubectl } from './run-kubectl.ts';
import type { KubectlPlaces } from './run-kubectl.ts';

/** What tests do with a cluster, whoever runs it. */
export interface ClusterHandle {
  /** Of the API server, without a slash at its end. */
  readonly url: string;
  /** PEM of the authority that issued the API server's certificate. */
  readonly ca: string;
  /** As an administrator. */
  readonly access: ClusterAccess;
  /** File for an administrator. */
  readonly kubeconfig: string;
  /**
   * Runs kubectl as an administrator and resolves with what it printed.
   * @param input what it reads where a file is called `-`; JSON will do
   */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** A namespace of the caller's own, with these labels; resolves with its name once pods may be created in it. */
  namespace(labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Text of a kubeconfig with a token of that service account's, which must exist; for an hour. */
  kubeconfigFor(namespace: string, serviceAccount: string): Promise<string>;
}

export interface TrackedCluster {
  readonly handle: ClusterHandle;
  /** Deletes every namespace that was handed out, and waits until they are gone. */
  removeNamespaces(): Promise<void>;
}

export function createClusterHandle(access: ClusterAccess, places: KubectlPlaces): TrackedCluster {
  const namespaces: string[] = [];
  return {
    handle: {
      url: access.url,
      ca: access.ca,
      access,
      kubeconfig: places.kubeconfig,
      kubectl: (args, input) => runKubectl(places, args, input),
      async namespace(labels = {}) {
        const name = await createNamespace(access, labels);
        namespaces.push(name);
        return name;
      },
      kubeconfigFor: (namespace, serviceAccount) =>
        serviceAccountKubeconfig(access, namespace, serviceAccount),
    },
    async removeNamespaces() {
      await Promise.all(namespaces.splice(0).map((name) => removeNamespace(access, name)));
    },
  };
}
