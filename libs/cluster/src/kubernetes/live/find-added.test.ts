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
  extraVolumes: [{ name: room, emptyDir: {} }, { name: ca, configMap: { name: ca } }]
  extraVolumeMounts: [{ name: ca, mountPath: /etc/ca }]
apps: { decrypter: { image: "r/d:1" }, batch-exporter: { image: "r/e:1", serviceAccountName: workers } }
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
    ['all rights', { securityContext: { privileged: true } }, 'securityContext.privileged'],
    ['root', { securityContext: { runAsUser: 0 } }, 'securityContext.runAsUser'],
    [
      'a capability',
      { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } },
      'securityContext.capabilities.add',
    ],
    ['another end', { terminationMessagePath: '/etc/ccd/config/x' }, 'terminationMessagePath'],
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
    ['that a Deployment is paused', { spec: { paused: true } }, { spec: {} }, 'spec.paused'],
  ])('finds %s', (_title, theirs, ours, where) => {
    expect(names(theirs, ours)).toEqual([where]);
  });

  it.each<[string, unknown]>([
    ['an object as it was applied', applied],
    [
      'defaults of the API server',
      live(inPod({ dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler' })),
    ],
    [
      'defaults in a container',
      liveContainer({
        terminationMessagePath: '/dev/termination-log',
        securityContext: { procMount: 'Default', privileged: false },
        livenessProbe: { successThreshold: 1 },
      }),
    ],
    ['what is not there', live(inPod({ hostNetwork: false, initContainers: [], nodeName: '' }))],
    [
      'what others have beside it',
      live({
        metadata: { annotations: { theirs: '1' } },
        spec: { minReadySeconds: 1, template: { metadata: { annotations: { theirs: '1' } } } },
      }),
    ],
    ['what is no workload', 'x'],
  ])('lets pass %s', (_title, object) => {
    expect(names(object)).toEqual([]);
  });
});
