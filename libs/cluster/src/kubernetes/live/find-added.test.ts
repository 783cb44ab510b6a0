import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { workloadSpec } from '../../testing/specs.ts';
import { parseTemplate } from '../template/read-template.ts';
import { toAppliedSpec, toWorkloadManifest } from '../template/workload-manifest.ts';
import { findAdded } from './find-added.ts';
import { toText } from './find-difference.ts';

const template = parseTemplate(
  `
pod:
  extraEnv: [{ name: EMPTY, value: '' }]
  extraVolumes:
    - { name: room, emptyDir: {} }
    - { name: ca, configMap: { name: ca } }
    - { name: vault, csi: { driver: vault, volumeAttributes: { a: b } } }
  extraVolumeMounts: [{ name: ca, mountPath: /etc/ca }]
apps:
  decrypter: { image: "r/d:1", resources: { limits: { memory: 1Gi } } }
  batch-exporter: { image: "r/e:1", serviceAccountName: workers }
`,
  'of the test',
);
const pods = { template, baseEnv: {} };
const applied = toWorkloadManifest(toAppliedSpec(workloadSpec('a')), pods);

type Change = Readonly<Record<string, unknown>>;
/** What an object becomes where somebody adds to it: elements are added to lists of those that have a name. */
function plus(live: unknown, change: unknown): unknown {
  if (Array.isArray(live) && Array.isArray(change)) return [live, change].flat();
  if (typeof live !== 'object' || live === null || typeof change !== 'object' || change === null)
    return change;
  const known: Change = { ...live };
  return {
    ...known,
    ...Object.fromEntries(
      Object.entries(change).map(([field, value]) => [
        field,
        field in known ? plus(known[field], value) : value,
      ]),
    ),
  };
}
const inPod = (spec: object): object => ({ spec: { template: { spec } } });
const inContainer = (spec: object): object => inPod({ containers: [{ name: 'decrypter', ...spec }] });
const live = (change: object): unknown => plus(applied, change);
const podSchema = z.object({
  spec: z.object({ template: z.object({ spec: z.looseObject({ containers: z.tuple([z.unknown()]) }) }) }),
});
const liveContainer = (change: object): object => {
  const { containers, ...rest } = podSchema.parse(applied).spec.template.spec;
  return inPod({ ...rest, containers: [plus(containers[0], change)] });
};
const names = (object: unknown, from: unknown = applied): readonly string[] =>
  findAdded(object, from).map((path) => toText(path));

describe(findAdded, () => {
  const pod = 'spec.template.spec';
  const container = `${pod}.containers[decrypter]`;
  it.each<[string, object, string]>([
    ['a container', { containers: [{ name: 'x', image: 'evil:1' }] }, 'containers[x]'],
    ['an init container', { initContainers: [{ name: 'x', image: 'evil:1' }] }, 'initContainers'],
    ['a volume', { volumes: [{ name: 'x', hostPath: { path: '/' } }] }, 'volumes[x]'],
    ['the network of the node', { hostNetwork: true }, 'hostNetwork'],
    ['the processes of the node', { hostPID: true }, 'hostPID'],
    ['the memory of the node', { hostIPC: true }, 'hostIPC'],
    ['the processes of its neighbours', { shareProcessNamespace: true }, 'shareProcessNamespace'],
    ['a node', { nodeName: 'n' }, 'nodeName'],
    ['other names of hosts', { hostAliases: [{ ip: '1.1.1.1', hostnames: ['kafka'] }] }, 'hostAliases'],
    ['other name servers', { dnsConfig: { nameservers: ['1.1.1.1'] } }, 'dnsConfig'],
    ['name servers of which it says nothing', { dnsConfig: {} }, 'dnsConfig'],
    ['the name servers of its node', { dnsPolicy: 'Default' }, 'dnsPolicy'],
    ['room of the pod', { resources: { limits: { cpu: '1m' } } }, 'resources'],
    ['another system', { os: { name: 'windows' } }, 'os.name'],
    ['another scheduler', { schedulerName: 'theirs' }, 'schedulerName'],
    ['a pull secret', { imagePullSecrets: [{ name: 'x' }] }, 'imagePullSecrets[x]'],
    ['another user', { securityContext: { runAsUser: 0 } }, 'securityContext.runAsUser'],
  ])('finds %s in a pod', (_title, change, where) => {
    expect(names(live(inPod(change)))).toEqual([`${pod}.${where}`]);
  });

  it.each<[string, object, string]>([
    ['a command', { command: ['sh'] }, 'command'],
    ['arguments', { args: ['-c', 'x'] }, 'args'],
    ['a folder to start in', { workingDir: '/tmp' }, 'workingDir'],
    ['a variable', { env: [{ name: 'NODE_OPTIONS', value: '--import=x' }] }, 'env[NODE_OPTIONS]'],
    ['a second value of a variable', { env: [{ name: 'STRM_STREAM', value: 'x' }] }, 'env[STRM_STREAM]'],
    ['variables of a Secret', { envFrom: [{ secretRef: { name: 's' } }] }, 'envFrom'],
    ['a mount', { volumeMounts: [{ name: 'x', mountPath: '/app' }] }, 'volumeMounts[/app]'],
    ['a port', { ports: [{ containerPort: 80, hostPort: 80 }] }, 'ports'],
    ['what is run beside it', { lifecycle: { postStart: { exec: { command: ['x'] } } } }, 'lifecycle'],
    ['what is run at its start', { startupProbe: { exec: { command: ['x'] } } }, 'startupProbe'],
    ['another host to probe', { livenessProbe: { httpGet: { host: 'x' } } }, 'livenessProbe.httpGet.host'],
    ['a command to probe', { livenessProbe: { exec: { command: ['x'] } } }, 'livenessProbe.exec'],
    ['another port to probe', { readinessProbe: { tcpSocket: { port: 1 } } }, 'readinessProbe.tcpSocket'],
    ['another service to probe', { readinessProbe: { grpc: { port: 1 } } }, 'readinessProbe.grpc'],
    ['all rights', { securityContext: { privileged: true } }, 'securityContext.privileged'],
    ['root', { securityContext: { runAsUser: 0 } }, 'securityContext.runAsUser'],
    [
      'a capability',
      { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } },
      'securityContext.capabilities.add',
    ],
    ['another end', { terminationMessagePath: '/etc/ccd/config/x' }, 'terminationMessagePath'],
    ['a terminal', { tty: true }, 'tty'],
    ['an open input', { stdin: true }, 'stdin'],
    ['an input for one', { stdinOnce: true }, 'stdinOnce'],
    [
      'how it grows',
      { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] },
      'resizePolicy',
    ],
    ['what no version of Kubernetes has yet', { whatever: 1 }, 'whatever'],
    ['what runs at no event', { lifecycle: {} }, 'lifecycle'],
    [
      'other labels of SELinux',
      { securityContext: { seLinuxOptions: {} } },
      'securityContext.seLinuxOptions',
    ],
    [
      'another view of the system',
      { securityContext: { procMount: 'Unmasked' } },
      'securityContext.procMount',
    ],
    ['an amount more', { resources: { limits: { cpu: '1' } } }, 'resources.limits.cpu'],
    ['what it asks for', { resources: { requests: { cpu: '1' } } }, 'resources.requests'],
    ['a device', { resources: { claims: [{ name: 'gpu' }] } }, 'resources.claims'],
  ])('finds %s in a container', (_title, change, where) => {
    expect(names(liveContainer(change))).toEqual([`${container}.${where}`]);
  });

  it('finds a service account where the template has none, by both of its names', () => {
    const change = { serviceAccountName: 'x', serviceAccount: 'x' };
    expect(names(live(inPod(change)))).toEqual([`${pod}.serviceAccountName`, `${pod}.serviceAccount`]);
    const exporter = toWorkloadManifest(toAppliedSpec(workloadSpec('a', { app: 'batch-exporter' })), pods);
    expect(names(plus(exporter, inPod({ serviceAccount: 'workers' })), exporter)).toEqual([]);
  });

  it.each<[string, object, object, string]>([
    [
      'another source of a variable that is empty',
      inContainer({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } }] }),
      inContainer({ env: [{ name: 'A', value: '' }] }),
      `${container}.env[A].valueFrom`,
    ],
    [
      'another source of a volume that is empty',
      inPod({ volumes: [{ name: 'x', secret: { secretName: 'y' } }] }),
      inPod({ volumes: [{ name: 'x', emptyDir: {} }] }),
      `${pod}.volumes[x].secret`,
    ],
    [
      'other files of a ConfigMap',
      inPod({ volumes: [{ name: 'x', configMap: { name: 'y', items: [{ key: 'a', path: 'b' }] } }] }),
      inPod({ volumes: [{ name: 'x', configMap: { name: 'y' } }] }),
      `${pod}.volumes[x].configMap.items`,
    ],
    [
      'the label by which others let the gateway in',
      {
        spec: { template: { metadata: { labels: { 'strmprivacy.io/app': 'event-gateway', theirs: '1' } } } },
      },
      { spec: { template: { metadata: { labels: {} } } } },
      'spec.template.metadata.labels.strmprivacy.io/app',
    ],
    [
      'that label, where it says nothing',
      { spec: { template: { metadata: { labels: { 'strmprivacy.io/app': '' } } } } },
      { spec: { template: { metadata: { labels: {} } } } },
      'spec.template.metadata.labels.strmprivacy.io/app',
    ],
    [
      'memory in the place of a disk',
      inPod({ volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi', medium: 'Memory' } }] }),
      inPod({ volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }] }),
      `${pod}.volumes[tmp].emptyDir.medium`,
    ],
    [
      'something else of what a driver provides',
      inPod({ volumes: [{ name: 'v', csi: { driver: 'd', volumeAttributes: { a: 'b', c: '' } } }] }),
      inPod({ volumes: [{ name: 'v', csi: { driver: 'd', volumeAttributes: { a: 'b' } } }] }),
      `${pod}.volumes[v].csi.volumeAttributes.c`,
    ],
    [
      'neighbours beside those of the template',
      inPod({ affinity: { nodeAffinity: { a: 1 }, podAntiAffinity: { b: 1 } } }),
      inPod({ affinity: { nodeAffinity: { a: 1 } } }),
      `${pod}.affinity.podAntiAffinity`,
    ],
    [
      'more of the same neighbours',
      inPod({ affinity: { nodeAffinity: { a: 1, b: 1 } } }),
      inPod({ affinity: { nodeAffinity: { a: 1 } } }),
      `${pod}.affinity.nodeAffinity.b`,
    ],
    [
      'nodes beside those of the template',
      inPod({ nodeSelector: { disk: 'ssd', gpu: '' } }),
      inPod({ nodeSelector: { disk: 'ssd' } }),
      `${pod}.nodeSelector.gpu`,
    ],
    [
      'the settings of another strategy',
      { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
      { spec: { strategy: { type: 'Recreate' } } },
      'spec.strategy.rollingUpdate',
    ],
    [
      'a start that is longer than what it may take',
      { spec: { minReadySeconds: 600 } },
      { spec: { progressDeadlineSeconds: 600 } },
      'spec.minReadySeconds',
    ],
    ['that a Deployment is paused', { spec: { paused: true } }, { spec: {} }, 'spec.paused'],
  ])('finds %s', (_title, theirs, ours, where) => {
    expect(names(theirs, ours)).toEqual([where]);
  });

  it('finds what is left where we have written of it and write it no more', () => {
    const theirs = inPod({ nodeSelector: { disk: 'ssd', gpu: '' }, affinity: { podAffinity: { a: 1 } } });
    const paths = findAdded(theirs, inPod({}), (path) => path.at(-1) === 'nodeSelector');
    expect(paths.map((path) => toText(path))).toEqual([
      `${pod}.nodeSelector.disk`,
      `${pod}.nodeSelector.gpu`,
    ]);
  });

  it.each<[string, unknown]>([
    ['an object as it was applied', applied],
    [
      'defaults of the API server',
      live(inPod({ dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler', os: { name: 'linux' } })),
    ],
    [
      'defaults in a container',
      liveContainer({
        terminationMessagePath: '/dev/termination-log',
        securityContext: { procMount: 'Default', privileged: false },
        livenessProbe: { successThreshold: 1 },
      }),
    ],
    ['what is not there', live(inPod({ hostNetwork: false, shareProcessNamespace: false, nodeName: null }))],
    [
      'what others have beside it',
      live({
        metadata: { annotations: { theirs: '1' } },
        spec: { minReadySeconds: 1, template: { metadata: { annotations: { theirs: '1' } } } },
      }),
    ],
    [
      'where it runs, where the template says nothing of that',
      live(
        inPod({
          nodeSelector: { disk: 'ssd' },
          affinity: { nodeAffinity: { a: 1 } },
          tolerations: [{ operator: 'Exists' }],
          topologySpreadConstraints: [{ maxSkew: 1 }],
        }),
      ),
    ],
    ['what is no workload', 'x'],
  ])('lets pass %s', (_title, object) => {
    expect(names(object)).toEqual([]);
  });
});
