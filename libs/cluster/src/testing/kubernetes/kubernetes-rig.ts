import { systemClock } from '@ccd/reconcile';
import type { KubernetesServer } from '@ccd/testkit/servers';
import { createApiClient } from '../../kubernetes/client/api-client.ts';
import { createObjectClient } from '../../kubernetes/client/object-client.ts';
import type { ObjectClient } from '../../kubernetes/client/object-client.ts';
import { leases, toPath } from '../../kubernetes/client/resources.ts';
import type { Resource } from '../../kubernetes/client/resources.ts';
import { createTransport } from '../../kubernetes/client/transport.ts';
import { connectByKubeconfig } from '../../kubernetes/connection/kubeconfig.ts';
import type { Connection } from '../../kubernetes/connection/connection.ts';
import { connectKubernetesCluster } from '../../kubernetes/connect-kubernetes-cluster.ts';
import type { KubernetesClusterOptions } from '../../kubernetes/connect-kubernetes-cluster.ts';
import type { Cluster } from '../../port.ts';
import { parseTemplate } from '../../kubernetes/template/read-template.ts';
import { playKubelet } from './play-kubelet.ts';

/** A namespace of a real API server, with somebody in it who plays the kubelet, and means to interfere. */
export interface KubernetesRig {
  readonly namespace: string;
  readonly connection: Connection;
  readonly objects: ObjectClient;
  connect(change?: Partial<KubernetesClusterOptions>): Cluster;
  /** Changes an object as a person would, by a merge patch under another field manager. */
  edit(resource: Resource, name: string, patch: object, subresource?: string): Promise<unknown>;
  /** The same by a JSON patch, which adds to a list. */
  patch(resource: Resource, name: string, operations: readonly object[]): Promise<unknown>;
  drop(resource: Resource, name: string): Promise<void>;
  /** Annotates the Lease of an agent, which is made where there is none. */
  readonly release: (agent: string, text: string) => Promise<void>;
  close(): Promise<void>;
}

/** Says much of what a template can, so that the API server's ways with each of it are met. */
const template = parseTemplate(
  `
registry: { kind: private, url: registry.example }
pod:
  labels: { team: data }
  annotations: { note: x }
  imagePullSecrets: [pull]
  resources: { requests: { cpu: 1000m, memory: 1024Mi }, limits: { memory: 2048Mi } }
  security: { runAsUser: 65532, fsGroup: 65532, supplementalGroups: [1] }
  nodeSelector: { kubernetes.io/os: linux }
  tolerations: [{ key: dedicated, operator: Equal, value: strm, effect: NoSchedule }]
  affinity:
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 1
          podAffinityTerm: { topologyKey: zone, labelSelector: { matchLabels: { a: b } } }
  extraEnv:
    - { name: PASSWORD, valueFrom: { secretKeyRef: { name: redis, key: password } } }
    - { name: NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
    - { name: EMPTY, value: '' }
  extraVolumes:
    - { name: ca, configMap: { name: ca, optional: true } }
    - { name: all, projected: { sources: [{ secret: { name: s } }] } }
  extraVolumeMounts: [{ name: ca, mountPath: /etc/ca, readOnly: true }, { name: all, mountPath: /etc/all }]
  temporarySpace: 1024Mi
apps:
  decrypter: { image: { name: events/decrypter, tag: v1 } }
  batch-job: { image: { name: batch-job, tag: v1 } }
`,
  'of the test',
);

export async function openRig(server: KubernetesServer): Promise<KubernetesRig> {
  const namespace = await server.namespace();
  const connection = await connectByKubeconfig(server.kubeconfig, systemClock);
  const transport = createTransport(connection, systemClock);
  const api = createApiClient({ transport, clock: systemClock, mayWrite: () => true, deadlineMs: 20_000 });
  const objects = createObjectClient(api, namespace);
  const stopKubelet = playKubelet({ transport, objects, namespace });
  const open: Cluster[] = [];

  const edit: KubernetesRig['edit'] = (resource, name, patch, subresource) => {
    const suffix = subresource === undefined ? '' : `/${subresource}`;
    return api.ask({
      method: 'PATCH',
      path: `${toPath(resource, namespace, name)}${suffix}?fieldManager=a-person`,
      contentType: 'application/merge-patch+json',
      body: JSON.stringify(patch),
    });
  };
  return {
    namespace,
    connection,
    objects,
    edit,
    patch: (resource, name, operations) =>
      api.ask({
        method: 'PATCH',
        path: `${toPath(resource, namespace, name)}?fieldManager=a-person`,
        contentType: 'application/json-patch+json',
        body: JSON.stringify(operations),
      }),
    connect(change = {}) {
      const cluster = connectKubernetesCluster({ connection, namespace, template, ...change });
      open.push(cluster);
      return cluster;
    },
    async drop(resource, name) {
      await api.ask({ method: 'DELETE', path: toPath(resource, namespace, name) });
    },
    async release(agent, text) {
      if ((await objects.get(leases, agent)) === undefined) {
        const lease = { apiVersion: leases.apiVersion, kind: leases.kind, metadata: { name: agent } };
        await objects.create(leases, lease);
      }
      await edit(leases, agent, { metadata: { annotations: { 'ccd/release': text } } });
    },
    async close() {
      await Promise.all(open.splice(0).map((cluster) => cluster.close()));
      await stopKubelet();
      transport.close();
    },
  };
}
