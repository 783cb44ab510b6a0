import { expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { json, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import { workloadSpec } from '../../testing/specs.ts';
import { connectKubernetesCluster } from '../connect-kubernetes-cluster.ts';
import { workloadLabel } from '../template/marks.ts';
import { parseTemplate } from '../template/read-template.ts';
import { toAppliedSpec, toWorkloadManifest } from '../template/workload-manifest.ts';

const pods = {
  template: parseTemplate('apps: { decrypter: { image: "r/d:1" } }', 'of the test'),
  baseEnv: {},
};
const manifest = toWorkloadManifest(toAppliedSpec(workloadSpec('a', { files: {} })), pods);
const deployment = {
  ...manifest,
  metadata: { ...manifest.metadata, uid: 'uid-a', resourceVersion: '1', generation: 1 },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
};
const podSince = (creationTimestamp: string) => ({
  metadata: {
    name: 'a-5d9f-x',
    uid: 'uid-pod',
    creationTimestamp,
    labels: { [workloadLabel]: 'a', 'pod-template-hash': '5d9f' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'a-5d9f', uid: 'uid-rs', controller: true }],
  },
});

/** By the clock of the API server. */
const date = 'Thu, 01 Jan 2026 01:00:00 GMT';
const dayMs = 86_400_000;

it.each([
  ['a day ahead of the cluster', dayMs, '2026-01-01T00:59:30Z', 'starting'],
  ['a day behind it', -dayMs, '2026-01-01T00:30:00Z', 'failing'],
])(
  'a clock that is %s does not mislead about how long a pod has had',
  async (_title, ahead, since, state) => {
    const server = await startStandIn();
    const items = new Map<string, readonly object[]>([
      ['deployments', [deployment]],
      ['pods', [podSince(since)]],
    ]);
    server.script((response, asked) => {
      const plural = /\/(\w+)\?/.exec(asked.path)?.[1] ?? '';
      const body = { metadata: { resourceVersion: '1' }, items: items.get(plural) ?? [] };
      if (!asked.path.includes('watch=')) json(body, 200, { date })(response, asked);
    });
    const cluster = connectKubernetesCluster({
      ...{ connection: server.connection, namespace: 'n', template: pods.template },
      clock: { ...systemClock, now: () => Date.parse(date) + ahead },
    });
    try {
      expect((await cluster.listWorkloads({})).map(({ status }) => status.state)).toEqual([state]);
    } finally {
      await cluster.close();
      await server.stop();
    }
  },
);
