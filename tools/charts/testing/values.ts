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
        tolerations: [{ key: 'data', operator: 'Exists' }],
        nodeSelector: { disk: 'ssd' },
        affinity: { podAntiAffinity: {} },
        extraEnv: [{ name: 'KAFKA_LINGER_MS', value: '5' }],
        extraVolumes: [
          { name: 'more', secret: { secretName: 'more' } },
          {
            name: 'vault',
            csi: { driver: 'vault.example', readOnly: true, volumeAttributes: { provider: 'ours' } },
          },
        ],
        extraVolumeMounts: [
          { name: 'more', mountPath: '/more', readOnly: true },
          { name: 'vault', mountPath: '/vault', readOnly: true, subPath: 'part' },
        ],
      },
    },
    batchExportersAgent: { reportWorkerLogs: true, image: { digest: `sha256:${'a'.repeat(64)}` } },
  },
};
