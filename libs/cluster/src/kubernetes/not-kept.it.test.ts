import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createReconciler } from '@ccd/reconcile';
import type { RunReport } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, isWrite, startKubernetes, useServer } from '@ccd/testkit/servers';
import { createWorkloadResources } from '../index.ts';
import type { Cluster, LiveWorkload, WorkloadSpec } from '../port.ts';
import { workloadSpec } from '../testing/index.ts';
import { openRig } from '../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../testing/kubernetes/kubernetes-rig.ts';
import { deployments } from './client/resources.ts';

const labels = { 'ccd/installation': 'i', 'ccd/agent': 'agent' };
const policy = (namespace: string) => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'strip' },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['deployments'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      matchConditions: [
        { name: 'labelled', expression: "'ccd/agent' in object.metadata.?labels.orValue({})" },
      ],
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: "[JSONPatch{op: 'remove', path: '/metadata/labels/ccd~1agent'}]" },
        },
      ],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: 'strip' },
    spec: { policyName: 'strip' },
  },
];

describeWithServers('kubernetes', 'what does not keep what an agent writes', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetes({ cluster: 'own' }));
  let rig: KubernetesRig;
  let cluster: Cluster;
  let report: RunReport | undefined;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    rig = await openRig(server());
    cluster = rig.connect();
    report = undefined;
    const spec = workloadSpec('a');
    const { actual, applier, drift } = createWorkloadResources({ cluster, agent: 'agent', labels }).workloads(
      'decrypter',
    );
    const reconciler = createReconciler<WorkloadSpec, LiveWorkload>({
      kinds: ['decrypter'],
      desired: {
        fetch: async () => ({
          items: [{ key: { kind: 'decrypter', id: 'a' }, spec, hash: spec.hash }],
          removed: [],
        }),
      },
      ...{ actual, applier, drift },
      settings: { intervalMs: 1_000 },
      onReport: (each) => (report = each),
    });
    const unwatch = cluster.watch(reconciler.trigger);
    stop = async () => {
      unwatch();
      await reconciler.stop();
    };
    reconciler.start();
    await eventually('it is made', () => report?.reason === 'Converged', 30_000);
  }, 60_000);
  afterEach(async () => {
    await stop();
    await rig.close();
  }, 60_000);

  const why = () => {
    const [resource] = report?.resources ?? [];
    const { reason, message = '' } = resource?.lastAttempt ?? resource ?? {};
    return reason === 'NotKept' ? message : undefined;
  };
  const writesSince = async (mark: number) =>
    (await server().audit(mark)).filter(
      (event) =>
        isWrite(event) &&
        event.namespace === rig.namespace &&
        event.resource === 'deployments.apps' &&
        event.uri.includes('fieldManager=ccd-agent'),
    ).length;

  it('is named with the field, and not written to again and again: a policy that takes off our labels', async () => {
    const file = join(scratch, 'policy.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: policy(rig.namespace) }));
    await server().kubectl(['apply', '-f', file]);
    try {
      const mark = await server().auditMark();
      await eventually(
        'the policy holds',
        async () => {
          await rig.edit(deployments, 'a', { metadata: { annotations: { touched: `${Date.now()}` } } });
          return why();
        },
        30_000,
        500,
      );
      expect(why()).toContain('metadata.labels.ccd/agent');
      expect(why()).toContain('mutating webhook or admission policy');
      const runs = new Set<string>();
      await eventually('ten runs', () => runs.add(report?.runId ?? '').size > 10, 30_000, 50);
      expect(await writesSince(mark)).toBeLessThan(12);
    } finally {
      await server().kubectl(['delete', '-f', file]);
    }
    await eventually('it is as it should be', () => report?.reason === 'Converged', 60_000);
  }, 120_000);

  it('is named with the field and its manager: somebody who scales each time', async () => {
    const mark = await server().auditMark();
    const scale = async (): Promise<string | undefined> => {
      const found = JSON.stringify(await rig.objects.get(deployments, 'a'));
      if (found.includes('"replicas":1,')) await rig.edit(deployments, 'a', { spec: { replicas: 2 } });
      return why();
    };
    await eventually('it is said', scale, 30_000, 20);
    expect(why()).toContain(
      'spec.replicas: it was put right 4 times and changed again each time by a-person',
    );
    expect(await writesSince(mark)).toBeLessThan(10);
    await eventually('it is as it should be', () => report?.reason === 'Converged', 30_000);
  }, 120_000);
});
