import type { Desired, ResourceKey } from '@ccd/reconcile';
import type { ApplierHarness } from '@ccd/reconcile/testing';
import type { Cluster, LiveSecret, LiveWorkload, WorkloadSpec } from '../port.ts';
import { createWorkloadResources } from '../resources/workload-resources.ts';
import type { SecretReference } from '../resources/workload-resources.ts';
import { secretSpec, workloadSpec } from './specs.ts';

const labels = { 'ccd/installation': 'i-1', 'ccd/agent': 'test-agent' };
const resourcesOn = (cluster: Cluster) => createWorkloadResources({ cluster, agent: 'test-agent', labels });

/** Workloads of a cluster for the contract of appliers. */
export function ownWorkloadsOn(open: () => Promise<Cluster>): ApplierHarness<WorkloadSpec, LiveWorkload> {
  return {
    kinds: ['decrypter'],
    desire(kind, id, changed): Desired<WorkloadSpec> {
      const variant = changed ?? 'first';
      const spec = workloadSpec(id, { env: { VARIANT: variant }, hash: variant });
      return { key: { kind, id }, spec, hash: variant };
    },
    async open() {
      const cluster = await open();
      const find = async ({ id }: ResourceKey) =>
        (await cluster.listWorkloads({})).find(({ name }) => name === id);
      return {
        ...resourcesOn(cluster).workloads('decrypter'),
        restart: async () => resourcesOn(cluster).workloads('decrypter'),
        async plantForeign({ spec }) {
          await cluster.createWorkload({ ...spec, labels, hash: 'theirs' });
        },
        async readForeign(key) {
          const found = await find(key);
          return found && { uid: found.uid, labels: found.labels, hash: found.appliedHash };
        },
        async tamper(key) {
          // As kubectl edit would: the recorded hash stays, the labels go.
          const found = await find(key);
          if (found)
            await cluster.updateWorkload(workloadSpec(key.id, { labels: {}, hash: 'first' }), found.uid);
        },
        close: () => cluster.close(),
      };
    },
  };
}

/** Secrets of a cluster for the contract of appliers. */
export function ownSecretsOn(open: () => Promise<Cluster>): ApplierHarness<SecretReference, LiveSecret> {
  return {
    kinds: ['connector'],
    desire(kind, id, changed): Desired<SecretReference> {
      const variant = changed ?? 'first';
      return { key: { kind, id }, spec: secretSpec(id, { hash: variant }), hash: variant };
    },
    async open() {
      const cluster = await open();
      const find = async ({ id }: ResourceKey) =>
        (await cluster.listSecrets({})).find(({ name }) => name === id);
      return {
        ...resourcesOn(cluster).secrets('connector'),
        restart: async () => resourcesOn(cluster).secrets('connector'),
        async plantForeign({ key }) {
          await cluster.createSecret(secretSpec(key.id, { labels, hash: 'theirs' }));
        },
        readForeign: find,
        async tamper(key) {
          const found = await find(key);
          if (found) await cluster.updateSecret(secretSpec(key.id, { labels: {}, hash: 'first' }), found.uid);
        },
        close: () => cluster.close(),
      };
    },
  };
}
