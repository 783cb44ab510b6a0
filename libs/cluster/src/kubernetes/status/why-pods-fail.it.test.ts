import { systemClock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetesNode, useServer, writeNodeImage } from '@ccd/testkit/servers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Cluster } from '../../port.ts';
import { workloadSpec } from '../../testing/index.ts';
import { connectByKubeconfig } from '../connection/kubeconfig.ts';
import type { Connection } from '../connection/connection.ts';
import { connectKubernetesCluster } from '../connect-kubernetes-cluster.ts';
import { parseTemplate } from '../template/read-template.ts';

const image = 'ccd.local/failing:1';

/** A worker that fares as it is told to. */
const program = `
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

function answer(ready) {
  createServer(({ url }, response) => {
    response.statusCode = url === '/ready' && ready !== undefined ? 503 : 200;
    response.end(JSON.stringify({ status: 'x', reasons: [{ component: 'x', reason: ready ?? '' }] }));
  }).listen(8081);
}
const ways = {
  run: () => answer(undefined),
  wait: () => answer('KeyMissing: the key of session 1 is missing'),
  crash: () => process.exit(7),
  words: () => {
    writeFileSync('/dev/termination-log', JSON.stringify({ reason: 'InvalidConfig', message: 'X is missing' }));
    process.exit(1);
  },
  grow: () => {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(2 ** 20, 1));
  },
};
process.on('SIGTERM', () => process.exit(0));
for (const line of ['one', 'two', 'three']) console.log(process.env.WAY, line);
ways[process.env.WAY]();
`;

const limits = { requests: { cpu: '1m', memory: '16Mi' }, limits: { memory: '128Mi' } };
const fromSecret = (name: string, key: string) => ({
  extraEnv: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name, key } } }],
});

interface Fault {
  readonly name: string;
  readonly what: string;
  readonly way?: string;
  /** What the template says of pods. */
  readonly pod?: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly says: string;
}

const faults: readonly Fault[] = [
  {
    name: 'waits',
    what: 'says itself that it cannot go on',
    way: 'wait',
    reason: 'KeyMissing',
    says: 'the key of session 1 is missing',
  },
  {
    name: 'words',
    what: 'has left its reason and ended',
    way: 'words',
    reason: 'InvalidConfig',
    says: 'X is missing',
  },
  {
    name: 'crashes',
    what: 'ends again and again without a word',
    way: 'crash',
    reason: 'CrashLoopBackOff',
    says: 'exit code 7',
  },
  { name: 'grows', what: 'needs more memory than it may', way: 'grow', reason: 'OOMKilled', says: 'raise' },
  {
    name: 'unpulled',
    what: 'has an image that is not to be had',
    pod: { image: 'ccd.local/nowhere:1' },
    reason: 'ImagePullBackOff',
    says: 'ccd.local/nowhere:1',
  },
  {
    name: 'misnamed',
    what: 'has an image that cannot be',
    pod: { image: 'Ccd.Local/UPPER:1' },
    reason: 'InvalidImageName',
    says: 'correct it',
  },
  {
    name: 'placeless',
    what: 'fits on no node',
    pod: { nodeSelector: { disk: 'none' } },
    reason: 'Unschedulable',
    says: '0/1 nodes are available',
  },
  {
    name: 'secretless',
    what: 'lacks a Secret',
    pod: fromSecret('nowhere', 'password'),
    reason: 'SecretNotFound',
    says: 'nowhere',
  },
  {
    name: 'keyless',
    what: 'lacks a key of a Secret',
    pod: fromSecret('half', 'password'),
    reason: 'CreateContainerConfigError',
    says: "couldn't find key password",
  },
  {
    name: 'accountless',
    what: 'lacks its service account',
    pod: { serviceAccountName: 'nobody' },
    reason: 'ServiceAccountNotFound',
    says: 'nobody',
  },
  {
    name: 'beyond-quota',
    what: 'finds no room in a quota',
    pod: { resources: {} },
    reason: 'QuotaExceeded',
    says: 'no-best-effort',
  },
  {
    name: 'too-free',
    what: 'wants more than the profile of the namespace lets it',
    pod: { extraVolumes: [{ name: 'host', hostPath: { path: '/' } }] },
    reason: 'AdmissionDenied',
    says: 'pod security standard',
  },
  {
    name: 'refused',
    what: 'is refused by a policy',
    pod: { labels: { team: 'unwanted' } },
    reason: 'AdmissionDenied',
    says: 'no-unwanted',
  },
  {
    name: 'unjudged',
    what: 'is judged by a webhook that does not answer',
    pod: { labels: { team: 'unjudged' } },
    reason: 'FailedCreate',
    says: 'judge.pods.example',
  },
];

/** Objects that are in the way of pods. */
const obstacles = (namespace: string): readonly object[] => [
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'half', namespace }, stringData: { other: 'x' } },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'no-best-effort', namespace },
    spec: { hard: { pods: '0' }, scopes: ['BestEffort'] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-unwanted' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      validations: [{ expression: "object.metadata.?labels.?team.orValue('') != 'unwanted'" }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-unwanted' },
    spec: { policyName: 'no-unwanted', validationActions: ['Deny'] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'judge' },
    webhooks: [
      {
        name: 'judge.pods.example',
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        objectSelector: { matchLabels: { team: 'unjudged' } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  },
];

describeWithServers('kubernetes-node', 'what is said of a pod on a node', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetesNode(), 180_000);
  const clusters = new Map<string, Cluster>();
  let connection: Connection;
  let namespace: string;

  const connect = (pod: Fault['pod']): Cluster => {
    const app = { image, imagePullPolicy: 'IfNotPresent', security: { runAsUser: 10_001 }, ...pod };
    const apps = { decrypter: { resources: limits, terminationGraceSeconds: 1, ...app } };
    const template = parseTemplate(JSON.stringify({ apps }), 'of the test');
    return connectKubernetesCluster({ connection, namespace, template });
  };
  const statusOf = async (name: string) =>
    (await clusters.get(name)?.listWorkloads({ 'ccd/agent': name }))?.at(0)?.status;

  beforeAll(async () => {
    await server().importImage(await writeNodeImage({ folder: scratch, name: image, program }));
    namespace = await server().namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const items = obstacles(namespace);
    await server().kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const used = ['--namespace', namespace, 'get', 'resourcequota', '-o', 'jsonpath={.items[*].status.used}'];
    await eventually('the quota counts', async () => (await server().kubectl(used)) !== '');
    connection = await connectByKubeconfig(server().kubeconfig, systemClock);
    for (const { name, way = 'run', pod } of faults) {
      const cluster = connect(pod);
      clusters.set(name, cluster);
      await cluster.createWorkload(workloadSpec(name, { labels: { 'ccd/agent': name }, env: { WAY: way } }));
    }
  }, 180_000);
  afterAll(() => Promise.all([...clusters.values()].map((cluster) => cluster.close())));

  it.each(faults)(
    'says $reason where it $what',
    async ({ name, reason, says }) => {
      const found = async () => {
        const status = await statusOf(name);
        return status?.state === 'failing' && status.reason === reason ? status : undefined;
      };
      // What it has come to, where that is something else.
      const status = await eventually(reason, found, 90_000, 500).catch(() => statusOf(name));
      expect(status).toMatchObject({ state: 'failing', reason, message: expect.stringContaining(says) });
    },
    120_000,
  );

  it.each([
    ['runs', 'waits', ['wait two', 'wait three']],
    ['has ended', 'crashes', ['crash two', 'crash three']],
    ['has not begun', 'unpulled', []],
    ['was never made', 'refused', []],
  ])('reads the last lines of a pod that %s', async (_title, name, lines) => {
    const signal = AbortSignal.timeout(10_000);
    await expect(clusters.get(name)?.readLog(name, 2, signal)).resolves.toEqual(lines);
  });
});
