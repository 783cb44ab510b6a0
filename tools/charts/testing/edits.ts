import type { Attack } from './attacks.ts';
import type { Container, Open, Worker } from './worker.ts';

/** What a person may write into the Deployment of a worker. */
export type Edit = Attack['change'];

const inContainer =
  (fields: Open): Edit =>
  (_, container) => {
    Object.assign(container, fields);
  };

/** Each field of a container that the policy does not name, as one may have it. */
export const unnamedFields: Readonly<Record<string, Edit>> = {
  command: inContainer({ command: ['sh'] }),
  args: inContainer({ args: ['-c', 'x'] }),
  workingDir: inContainer({ workingDir: '/tmp' }),
  lifecycle: inContainer({ lifecycle: {} }),
  startupProbe: inContainer({ startupProbe: { httpGet: { path: '/ready', port: 8_081 } } }),
  volumeDevices: (pod, container) => {
    pod.volumes.push({ name: 'x', persistentVolumeClaim: { claimName: 'x' } });
    container['volumeDevices'] = [{ name: 'x', devicePath: '/x' }];
  },
  resizePolicy: inContainer({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] }),
  restartPolicy: inContainer({ restartPolicy: 'Always' }),
  restartPolicyRules: inContainer({
    restartPolicy: 'Never',
    restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }],
  }),
  stdin: inContainer({ stdin: true }),
  stdinOnce: inContainer({ stdinOnce: true }),
  tty: inContainer({ tty: true }),
};

const inVolume = ({ volumes }: Worker['spec']['template']['spec'], name: string): Open => {
  const volume = volumes.find((each) => each['name'] === name);
  if (volume === undefined) throw new Error(`there is no volume ${name}`);
  return volume;
};
/** Fields beside those that are there. */
const into = (owner: Open, field: string, fields: Open): void => {
  owner[field] = { ...(owner[field] as Open | undefined), ...fields };
};
const ofNeighbours = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { app: 'bank' } }, topologyKey: 'kubernetes.io/hostname' },
    ],
  },
};
const anAmountMore = (container: Container): void => {
  const { limits, ...rest } = container['resources'] as Record<string, Open>;
  container['resources'] = { ...rest, limits: { ...limits, 'ephemeral-storage': '1Gi' } };
};

const ofAnotherProbe: Edit = (_, container) => {
  container['livenessProbe'] = { tcpSocket: { port: 1 } };
};
const theirNode: Edit = (pod) => {
  into(pod, 'nodeSelector', { gpu: '' });
};
const theirNeighbours: Edit = (pod) => {
  into(pod, 'affinity', ofNeighbours);
};
const theirAmount: Edit = (_, container) => {
  anAmountMore(container);
};

/** What an agent may leave where it is only until its template says otherwise. */
export const mixtures: readonly Edit[] = [theirNode, theirNeighbours, theirAmount];

/** What is not the worker's beside what is, and what says nothing where nothing may stand. */
export const additions: readonly (readonly [string, Edit])[] = [
  [
    'memory in the place of a disk',
    (pod) => {
      into(inVolume(pod, 'tmp'), 'emptyDir', { medium: 'Memory' });
    },
  ],
  [
    'a bound where its template has none',
    (pod) => {
      into(inVolume(pod, 'room'), 'emptyDir', { sizeLimit: '1Gi' });
    },
  ],
  [
    'more of what a driver provides',
    (pod) => {
      into(inVolume(pod, 'vault')['csi'] as Open, 'volumeAttributes', { more: '' });
    },
  ],
  [
    'a Secret for a driver',
    (pod) => {
      into(inVolume(pod, 'vault')['csi'] as Open, 'nodePublishSecretRef', { name: 'x' });
    },
  ],
  [
    'other files of a ConfigMap',
    (pod) => {
      into(inVolume(pod, 'guardrails'), 'configMap', { items: [{ key: 'x', path: 'guardrails.yaml' }] });
    },
  ],
  ['an amount more', theirAmount],
  ['another way to ask how it is', ofAnotherProbe],
  [
    'room of the pod',
    (pod) => {
      pod['resources'] = { limits: { cpu: '8', memory: '8Gi' } };
    },
  ],
  [
    'a device, of which it takes a part',
    (pod, container) => {
      pod['resourceClaims'] = [{ name: 'gpu', resourceClaimName: 'x' }];
      into(container, 'resources', { claims: [{ name: 'gpu' }] });
    },
  ],
  [
    'no name servers but its own',
    (pod) => {
      Object.assign(pod, { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'] } });
    },
  ],
  [
    'name servers of which it says nothing',
    (pod) => {
      pod['dnsConfig'] = {};
    },
  ],
  [
    'that its name is a short one',
    (pod) => {
      pod['setHostnameAsFQDN'] = false;
    },
  ],
  [
    'the usual view of the system',
    (_, { securityContext }) => {
      securityContext['procMount'] = 'Default';
    },
  ],
  [
    'labels of SELinux that say nothing',
    (_, { securityContext }) => {
      securityContext['seLinuxOptions'] = {};
    },
  ],
  [
    'the label of the gateway, of which it says nothing',
    (_pod, _container, { spec }) => {
      spec.template.metadata.labels['strmprivacy.io/app'] = '';
    },
  ],
  [
    'a start that takes longer than it may',
    (_pod, _container, { spec }) => {
      Object.assign(spec, { minReadySeconds: 900, progressDeadlineSeconds: 1_000 });
    },
  ],
  ['neighbours beside those of its template', theirNeighbours],
  ['nodes beside those of its template', theirNode],
];
