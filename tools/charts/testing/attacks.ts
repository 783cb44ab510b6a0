import type { Container, Open, Worker } from './worker.ts';

type Pod = Worker['spec']['template']['spec'];

/** What somebody with the token of an agent makes of the agent's own Deployment. */
export interface Attack {
  readonly title: string;
  readonly change: (pod: Pod, container: Container, worker: Worker) => void;
  /** What the API server says about it. */
  readonly reason: string;
}

const mounting =
  (volume: Open) =>
  (pod: Pod, container: Container): void => {
    pod.volumes.push({ name: 'x', ...volume });
    container.volumeMounts.push({ name: 'x', mountPath: '/etc/ccd/secrets/x' });
  };

const table: readonly (readonly [string, Attack['change'], string])[] = [
  [
    'a foreign image',
    (_, c) => {
      c['image'] = 'evil.example/x:1';
    },
    'may run one container, of the image',
  ],
  [
    'another tag of the image',
    (_, c) => {
      c['image'] = 'registry.example:5000/events_decrypter:0.0.1';
    },
    'may run one container, of the image',
  ],
  [
    'a second container',
    (pod, c) => {
      Object.assign(pod, { containers: [c, { ...c, name: 'b' }] });
    },
    'may run one container, of the image',
  ],
  [
    'an init container',
    (pod, { image, securityContext }) => {
      pod['initContainers'] = [{ name: 'b', image, securityContext }];
    },
    'may run one container, of the image',
  ],
  [
    'a command',
    (_, c) => {
      c['command'] = ['node', '-e', '0'];
    },
    'what its image says',
  ],
  [
    'arguments',
    (_, c) => {
      c['args'] = ['-e', '0'];
    },
    'what its image says',
  ],
  [
    'another folder to work in',
    (_, c) => {
      c['workingDir'] = '/tmp';
    },
    'what its image says',
  ],
  [
    'a command as a probe',
    (_, c) => {
      c['readinessProbe'] = { exec: { command: ['x'] } };
    },
    'what its image says',
  ],
  [
    'a command before it ends',
    (_, c) => {
      c['lifecycle'] = { preStop: { exec: { command: ['x'] } } };
    },
    'what its image says',
  ],
  [
    'a probe of another host',
    (_, c) => {
      c['readinessProbe'] = { httpGet: { path: '/', port: 80, host: '192.0.2.1' } };
    },
    'what its image says',
  ],
  [
    'a probe with headers of its own',
    (_, c) => {
      c['livenessProbe'] = { httpGet: { path: '/', port: 8081, httpHeaders: [{ name: 'x', value: 'y' }] } };
    },
    'what its image says',
  ],
  [
    'the end of its log as its status',
    (_, c) => {
      c['terminationMessagePolicy'] = 'FallbackToLogsOnError';
    },
    'what its image says',
  ],
  [
    'another file as its status',
    (_, c) => {
      c['terminationMessagePath'] = '/etc/ccd/config/task.json';
    },
    'what its image says',
  ],
  [
    'a port of the node',
    (_, c) => {
      c['ports'] = [{ containerPort: 80, hostPort: 80 }];
    },
    'what its image says',
  ],
  [
    'code in a setting',
    (_, { env }) => {
      env.push({ name: 'NODE_OPTIONS', value: '--import=data:text/javascript,0' });
    },
    'settings of its template',
  ],
  [
    'a secret setting in a plain one',
    (_, { env }) => {
      env.push({ name: 'ADMIN_HOST', value: '/$(KEY_ENCRYPTION_KEYS)' });
    },
    'settings of its template',
  ],
  [
    'a foreign Secret as a setting',
    (_, { env }) => {
      env.push({ name: 'ADMIN_HOST', valueFrom: { secretKeyRef: { name: 'others', key: 'x' } } });
    },
    'settings of its template',
  ],
  [
    'a foreign Secret as all settings',
    (_, c) => {
      c['envFrom'] = [{ secretRef: { name: 'others' } }];
    },
    'settings of its template',
  ],
  [
    'other guardrails',
    (_, { env }) => {
      env.push({ name: 'GUARDRAILS_FILE', value: '/tmp/none' });
    },
    'settings of its template',
  ],
  [
    'no guardrails',
    (_, c) => {
      c.env = c.env.filter(({ name }) => name !== 'GUARDRAILS_FILE');
    },
    'settings of its template',
  ],
  [
    'another control plane',
    (_, { env }) => {
      env.push({ name: 'STRM_API_HOST', value: 'evil.example' });
    },
    'settings of its template',
  ],
  [
    'a foreign Secret',
    mounting({ secret: { secretName: 'others' } }),
    'a worker has the volumes of its template',
  ],
  [
    'the Secret of a connector',
    mounting({ secret: { secretName: 'data-connector-1' } }),
    'a worker has the volumes of its template',
  ],
  [
    'a foreign ConfigMap',
    mounting({ configMap: { name: 'others' } }),
    'a worker has the volumes of its template',
  ],
  [
    'a token as a volume',
    mounting({ projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }),
    'a worker has the volumes of its template',
  ],
  ['a folder of the node', mounting({ hostPath: { path: '/' } }), 'a worker has the volumes of its template'],
  [
    'a volume of another',
    mounting({ persistentVolumeClaim: { claimName: 'others' } }),
    'a worker has the volumes of its template',
  ],
  [
    'a setting as a path, which its status then tells',
    (_, { volumeMounts: [tmp] }) => {
      Object.assign(tmp ?? {}, { subPathExpr: '$(ADMIN_HOST)' });
    },
    'nothing over its program',
  ],
  [
    'another of what its driver provides',
    (pod) => {
      const volume = pod.volumes.find(({ name }) => name === 'vault');
      Object.assign(volume ?? {}, {
        csi: { driver: 'vault.example', volumeAttributes: { provider: 'others' } },
      });
    },
    'a worker has the volumes of its template',
  ],
  [
    'another part of a volume',
    (_, { volumeMounts }) => {
      const mount = volumeMounts.find(({ name }) => name === 'vault');
      Object.assign(mount ?? {}, { subPath: 'other' });
    },
    'what its template says where that says it',
  ],
  [
    'guardrails of its own',
    (pod) => {
      const volume = pod.volumes.find(({ name }) => name === 'guardrails');
      Object.assign(volume ?? {}, { configMap: { name: 'decrypter-2' } });
    },
    'a worker has the volumes of its template',
  ],
  [
    'guardrails from another volume',
    (_, { volumeMounts }) => {
      const mount = volumeMounts.find(({ name }) => name === 'guardrails');
      Object.assign(mount ?? {}, { name: 'config' });
    },
    'what its template says where that says it',
  ],
  [
    'files over its program',
    (_, { volumeMounts }) => {
      volumeMounts.push({ name: 'config', mountPath: '/app' });
    },
    'nothing over its program',
  ],
  [
    'files over its program, by a detour',
    (_, { volumeMounts }) => {
      volumeMounts.push({ name: 'config', mountPath: '/etc/ccd/secrets/../../../app' });
    },
    'nothing over its program',
  ],
  [
    "an agent's account",
    (pod) => {
      pod['serviceAccountName'] = 'data-connectors-agent';
    },
    'has the service account',
  ],
  [
    'a token of its account',
    (pod) => {
      pod['automountServiceAccountToken'] = true;
    },
    'has the service account',
  ],
  [
    'the network of the node',
    (pod) => {
      pod['hostNetwork'] = true;
    },
    'nothing from its node',
  ],
  [
    'the processes of the node',
    (pod) => {
      pod['hostPID'] = true;
    },
    'nothing from its node',
  ],
  [
    'the memory of the node',
    (pod) => {
      pod['hostIPC'] = true;
    },
    'nothing from its node',
  ],
  [
    'a node of its choice',
    (pod) => {
      pod['nodeName'] = 'node-1';
    },
    'nothing from its node',
  ],
  [
    'names of its own',
    (pod) => {
      pod['hostAliases'] = [{ ip: '192.0.2.1', hostnames: ['api.example'] }];
    },
    'nothing from its node',
  ],
  [
    'a server of names of its own',
    (pod) => {
      pod['dnsConfig'] = { nameservers: ['192.0.2.1'] };
    },
    'nothing from its node',
  ],
  [
    'a foreign pull secret',
    (pod) => {
      pod['imagePullSecrets'] = [{ name: 'others' }];
    },
    'nothing from its node',
  ],
  [
    'root',
    ({ securityContext }) => {
      securityContext['runAsNonRoot'] = false;
    },
    'restricted profile',
  ],
  [
    'root in its container',
    (_, { securityContext }) => {
      securityContext['runAsNonRoot'] = false;
    },
    'restricted profile',
  ],
  [
    'privileges',
    (_, { securityContext }) => {
      Object.assign(securityContext, { privileged: true, allowPrivilegeEscalation: true });
    },
    'restricted profile',
  ],
  [
    'a file system to write to',
    (_, { securityContext }) => {
      securityContext['readOnlyRootFilesystem'] = false;
    },
    'restricted profile',
  ],
  [
    'capabilities',
    (_, { securityContext }) => {
      securityContext['capabilities'] = { drop: ['ALL'], add: ['NET_ADMIN'] };
    },
    'restricted profile',
  ],
  [
    'no filter of system calls',
    ({ securityContext }) => {
      securityContext['seccompProfile'] = { type: 'Unconfined' };
    },
    'restricted profile',
  ],
  [
    'the label of the gateway',
    (_pod, _container, { spec }) => {
      spec.template.metadata.labels['strmprivacy.io/app'] = 'event-gateway';
    },
    'its own workers alone',
  ],
  [
    'no label by which network policies know it',
    (_pod, _container, { spec }) => {
      delete spec.template.metadata.labels['app.kubernetes.io/part-of'];
    },
    'labels and annotations of its template',
  ],
  [
    'a label that others go by',
    (_pod, _container, { spec }) => {
      spec.template.metadata.labels['sidecar.istio.io/inject'] = 'true';
    },
    'labels and annotations of its template',
  ],
  [
    'an annotation that others go by',
    (_pod, _container, { spec }) => {
      Object.assign(spec.template.metadata, {
        annotations: { 'sidecar.istio.io/proxyImage': 'evil.example/x' },
      });
    },
    'labels and annotations of its template',
  ],
  [
    'many of them',
    (_pod, _container, { spec }) => {
      spec.replicas = 100;
    },
    'nothing from its node',
  ],
  [
    'a name of another',
    (_pod, _container, { metadata }) => {
      metadata.name = 'event-gateway-2';
    },
    'its own workers alone',
  ],
];

export const attacks: readonly Attack[] = table.map(([title, change, reason]) => ({ title, change, reason }));
