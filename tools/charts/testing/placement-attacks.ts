import type { Attack } from './attacks.ts';
import type { Container, Open } from './worker.ts';

/** What the API server says where a field of the pod is not the template's. */
const notSo = (field: string): string => `runs where and as its template says; not so: ${field}`;
const cpuAndMemory = 'the CPU and the memory that its template says';
const filesOfItsOwn = 'keeps files of its own on its node as its template says';
const onePod = 'is one pod';

const everyTaint = { operator: 'Exists' };
const withField =
  (name: string, value: unknown): Attack['change'] =>
  (pod) => {
    pod[name] = value;
  };
const without =
  (name: string): Attack['change'] =>
  (pod) => {
    pod[name] = undefined;
  };
const withSecurity =
  (name: string, value: unknown): Attack['change'] =>
  ({ securityContext }) => {
    securityContext[name] = value;
  };
const withResources =
  (change: (given: Open) => Open): Attack['change'] =>
  (_, container) => {
    container['resources'] = change(container['resources'] as Open);
  };
const withInput = (_: unknown, container: Container): void => {
  container['stdin'] = true;
};
/** Of the volume of this name. */
const asSpace =
  (name: string, emptyDir: Open): Attack['change'] =>
  ({ volumes }) => {
    Object.assign(volumes.find((volume) => volume['name'] === name) ?? {}, { emptyDir });
  };

const table: readonly (readonly [string, Attack['change'], string])[] = [
  ['a toleration of every taint', withField('tolerations', [everyTaint]), notSo('tolerations')],
  [
    'one toleration more',
    (pod) => {
      pod['tolerations'] = [...(pod['tolerations'] as Open[]), everyTaint];
    },
    notSo('tolerations'),
  ],
  ['no tolerations', without('tolerations'), notSo('tolerations')],
  [
    'nodes of its choice',
    withField('nodeSelector', { 'node-role.kubernetes.io/control-plane': '' }),
    notSo('nodeSelector'),
  ],
  ['any node', without('nodeSelector'), notSo('nodeSelector')],
  [
    'neighbours of its choice',
    withField('affinity', {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { app: 'bank' } }, topologyKey: 'kubernetes.io/hostname' },
        ],
      },
    }),
    notSo('affinity'),
  ],
  ['any neighbours', without('affinity'), notSo('affinity')],
  [
    'a spread of its choice',
    withField('topologySpreadConstraints', [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
    ]),
    notSo('topologySpreadConstraints'),
  ],
  [
    'precedence over everything',
    withField('priorityClassName', 'system-node-critical'),
    'takes nothing from its node',
  ],
  ['no precedence', without('priorityClassName'), notSo('priorityClassName')],
  ['a priority without a class', withField('priority', 2_000_001_000), notSo('priority')],
  ['manners of its own', withField('preemptionPolicy', 'PreemptLowerPriority'), notSo('preemptionPolicy')],
  ['another runtime', withField('runtimeClassName', 'unconfined'), 'takes nothing from its node'],
  ['another scheduler', withField('schedulerName', 'mine'), 'takes nothing from its node'],
  ['the names of the node', withField('dnsPolicy', 'Default'), notSo('dnsPolicy')],
  ['a name of its own', withField('hostname', 'api'), 'takes nothing from its node'],
  ['addresses of Services as settings', withField('enableServiceLinks', true), notSo('enableServiceLinks')],
  [
    'an end that never comes',
    withField('terminationGracePeriodSeconds', 2_000_000_000),
    notSo('terminationGracePeriodSeconds'),
  ],
  [
    'a readiness that others decide',
    withField('readinessGates', [{ conditionType: 'x' }]),
    notSo('readinessGates'),
  ],
  ['a gate that keeps it waiting', withField('schedulingGates', [{ name: 'x/y' }]), notSo('schedulingGates')],
  ['costs of its own', withField('overhead', { cpu: '1' }), notSo('overhead')],
  ['another user', withSecurity('runAsUser', 1_234), notSo('securityContext')],
  ['a group of others', withSecurity('supplementalGroups', [999]), notSo('securityContext')],
  ['volumes of another group', withSecurity('fsGroup', 999), notSo('securityContext')],
  ['no resources', withResources(() => ({})), cpuAndMemory],
  ['no limits', withResources(({ requests }) => ({ requests })), cpuAndMemory],
  [
    'more memory',
    withResources((given) => ({ ...given, limits: { cpu: '2', memory: '64Gi' } })),
    cpuAndMemory,
  ],
  [
    'more than a node has',
    withResources(({ limits }) => ({ limits, requests: { cpu: '250m', memory: '1Gi' } })),
    cpuAndMemory,
  ],
  [
    'something that its template does not give',
    withResources(({ requests, limits }) => ({
      requests: { ...(requests as Open), 'ephemeral-storage': '1Gi' },
      limits,
    })),
    cpuAndMemory,
  ],
  [
    'a device',
    withField('resourceClaims', [{ name: 'gpu', resourceClaimName: 'x' }]),
    'takes nothing from its node',
  ],
  ['all memory as files', asSpace('tmp', { medium: 'Memory', sizeLimit: '1Gi' }), filesOfItsOwn],
  ['files without end', asSpace('tmp', {}), filesOfItsOwn],
  ['more files', asSpace('tmp', { sizeLimit: '1Ti' }), filesOfItsOwn],
  ['more files of a volume of its template', asSpace('scratch', { medium: 'Memory' }), filesOfItsOwn],
  ['memory where its template has a disk', asSpace('room', { medium: 'Memory' }), filesOfItsOwn],
  ['an open input', withInput, 'what its image says'],
  [
    'whatever the node has under the name of the image',
    (_, container) => {
      container['imagePullPolicy'] = 'Never';
    },
    'may run one container, of the image',
  ],
  [
    'two of them at a time',
    (_pod, _container, { spec }) => {
      Object.assign(spec, { strategy: { type: 'RollingUpdate' } });
    },
    onePod,
  ],
  [
    'a start that never counts',
    (_pod, _container, { spec }) => {
      Object.assign(spec, { minReadySeconds: 500 });
    },
    onePod,
  ],
];

/** Attacks on the nodes of the cluster and on who else runs there, of whoever may make pods. */
export const placementAttacks: readonly Attack[] = table.map(([title, change, reason]) => ({
  title,
  change,
  reason,
}));
