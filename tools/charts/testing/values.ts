import type { Values } from './helm.ts';

export const installationId = '11111111-1111-4111-8111-111111111111';
const key = Buffer.alloc(32, 1).toString('base64');

/** The least that an installation says. */
export const leastValues: Values = {
  registry: { url: 'registry.example' },
  license: { installationId, installationClientId: 'ins-1', installationClientSecret: 'secret-of-client' },
  api: { host: 'api.example', authHost: 'accounts.example' },
  kafka: { bootstrapServers: 'kafka-0.example:9092,kafka-1.example:9093' },
  redis: { host: 'redis.example' },
  sessionKeys: { existingSecret: 'session-keys' },
};

/** Texts that may stand in Secrets alone. */
export const secretTexts: readonly string[] = [
  'secret-of-client',
  'secret-of-registry',
  'secret-of-kafka',
  'secret-of-redis',
  'secret-of-proxy',
  key,
];

const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
    },
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 50,
        preference: { matchExpressions: [{ key: 'spot', operator: 'DoesNotExist', values: [] }] },
      },
    ],
  },
  podAffinity: {},
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'strm' }, matchExpressions: [] },
          namespaceSelector: { matchLabels: {} },
          namespaces: [],
          topologyKey: 'kubernetes.io/hostname',
        },
      },
    ],
  },
};

/** Everything that can be said. */
export const mostValues: Values = {
  registry: {
    url: 'registry.example:5000',
    imagePullSecret: 'secret-of-registry',
    existingPullSecrets: ['pull'],
  },
  license: leastValues['license'],
  logLevel: 'debug',
  api: { host: 'api.example', port: 8443, authHost: 'accounts.example', ca: { configMap: 'corporate-ca' } },
  proxy: { https: 'http://me:secret-of-proxy@proxy.example:3128' },
  kafka: {
    bootstrapServers: 'kafka.example:9093',
    serializeAvroAsJson: true,
    numPartitions: 3,
    defaultReplicationFactor: 3,
  },
  globalKafkaSecurityConfig: {
    enabled: true,
    saslJaasConfig:
      'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="secret-of-kafka";',
    sslTruststoreSecretName: 'kafka-truststore',
  },
  redis: {
    mode: 'sentinel',
    host: 'sentinel.example:26379',
    primary: 'main',
    user: 'ccd',
    password: 'secret-of-redis',
    tls: { enabled: true, ca: { configMap: 'redis-ca' } },
  },
  sessionKeys: { lookupSecret: key, encryptionKeys: `first:${key}` },
  guardrails: { purposes: 'any', destinations: 'any', keyExport: false },
  storage: {
    allowedNetworks: ['10.0.0.0/8', 'fd00::/8'],
    ca: { configMap: 'storage-ca', key: 'bundle.pem' },
  },
  networkPolicy: { metrics: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
  pod: {
    security: { runAsUser: 1_000, fsGroup: 1_000 },
    labels: { team: 'data' },
    annotations: { note: 'x' },
  },
  services: {
    loadbalancer: {
      enabled: true,
      port: '443',
      loadBalancerSourceRanges: ['192.0.2.0/24'],
      annotations: { cloud: 'internal' },
    },
  },
  components: {
    eventGateway: {
      replicas: 3,
      tlsSecret: 'gateway-tls',
      nodeSelector: { disk: 'ssd' },
      priorityClassName: 'system-cluster-critical',
      extraEnv: [{ name: 'MAX_IN_FLIGHT', value: '500' }],
    },
    streamsAgent: {
      replicas: 2,
      deadLetters: [{ stream: 's', partition: 0, upTo: 5 }],
      decrypter: {
        // Amounts that the API server writes differently, and fields that it leaves out.
        resources: { requests: { cpu: 0.25, memory: '192Mi' }, limits: { cpu: '2000m', memory: '1024Mi' } },
        tolerations: [
          { key: 'data', operator: 'Exists' },
          { key: 'team', operator: 'Equal', value: 'x', effect: 'NoExecute', tolerationSeconds: 60 },
          { key: 'spot', operator: 'Exists', value: '' },
        ],
        nodeSelector: { disk: 'ssd', 'node.example/dedicated': '' },
        affinity,
        priorityClassName: 'system-cluster-critical',
        terminationGraceSeconds: 45,
        temporarySpace: '1024Mi',
        extraEnv: [{ name: 'KAFKA_LINGER_MS', value: '5' }],
        extraVolumes: [
          { name: 'more', secret: { secretName: 'more' } },
          {
            name: 'vault',
            csi: { driver: 'vault.example', readOnly: true, volumeAttributes: { provider: 'ours' } },
          },
          { name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '0.5Gi' } },
          { name: 'room', emptyDir: {} },
        ],
        extraVolumeMounts: [
          { name: 'more', mountPath: '/more', readOnly: true },
          { name: 'vault', mountPath: '/vault', readOnly: true, subPath: 'part' },
          { name: 'scratch', mountPath: '/scratch' },
          { name: 'room', mountPath: '/room' },
        ],
      },
    },
    batchExportersAgent: { reportWorkerLogs: true, image: { digest: `sha256:${'a'.repeat(64)}` } },
  },
};
