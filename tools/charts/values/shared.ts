import { z } from 'zod';
import { flag, map, maybeWhole, passedOnList, port, section, text, texts } from './fields.ts';

const authorities = (whose: string) =>
  section(`Certificate authorities that ${whose} is trusted by, instead of the system's`, {
    configMap: text('ConfigMap with them (PEM)'),
    key: text('Key in it', 'ca.crt'),
  });

const ports = (meaning: string, otherwise: readonly number[] = []) =>
  z
    .array(z.int().min(1).max(65_535))
    .default([...otherwise])
    .describe(meaning);

/** What all charts take, in the names of the public chart where it has them. */
export const shared = {
  enableLivenessChecks: flag('Whether pods are probed', true),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Least important level that is logged'),
  registry: section('Where images come from', {
    url: text(
      'Registry; needed. `europe-west4-docker.pkg.dev` has images at `<url>/<prefix>/<path>/<name>`, any other at `<url>/<name with / as _>`',
    ),
    awsMarketplaceUrl: text(
      'Registry of the AWS Marketplace',
      '709825985650.dkr.ecr.us-east-1.amazonaws.com/strm-privacy',
    ),
    base: section('Folders of the public registry', {
      prefix: text('First part', 'stream-machine-production'),
      path: text('Second part', 'docker-public'),
    }),
    imagePullSecret: text(
      'Key of a service account, JSON in base64, that may pull; becomes the Secret `strmprivacy-docker-registry`',
    ),
    existingPullSecrets: texts('Secrets that are there already and may pull'),
    pullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .describe('When images are pulled'),
  }),
  license: section('The installation', {
    installationType: z
      .enum(['SELF_HOSTED', 'AWS_MARKETPLACE', 'AWS_MARKETPLACE_PAYG'])
      .default('SELF_HOSTED')
      .describe('Where it was bought, which says where images are'),
    installationId: text('Its id; needed, unless the Secret is there already'),
    installationClientId: text('Its client id; the same'),
    installationClientSecret: text('Its client secret; the same'),
    existingSecret: text(
      'Secret with `installationId`, `clientId` and `clientSecret`, instead of `installation-credentials` of this chart',
    ),
  }),
  serviceAccount: text('Service account of everything but the agents, which have their own', 'strmprivacy'),
  marketplace: section('Marketplaces', {
    aws: section('AWS', { serviceAccountRoleArn: text('IAM role of the service account') }),
  }),
  api: section('The control plane', {
    host: text('Host of its API; needed'),
    port: port('Port of its API', 443),
    authHost: text('Host of its identity provider; needed. With `http://` or `https://` before it, as it is'),
    tls: flag('Whether the API is reached over TLS', true),
    ca: authorities('it'),
  }),
  proxy: section('Proxy between this cluster and the control plane', {
    https: text('`http://[user:password@]host[:port]`; becomes a Secret'),
    existingSecret: text(
      'Secret with it, under `https_proxy`; its port has to be among networkPolicy.egress.controlPlanePorts',
    ),
    noProxy: text(
      'What is reached without it, between commas',
      '.svc,.cluster.local,localhost,127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16',
    ),
  }),
  kafka: section('The event log', {
    enabled: z.literal(false).default(false).describe('A Kafka of its own is not part of this version'),
    bootstrapServers: text('Brokers, `host:port` between commas; needed where anything uses the log'),
    serializeAvroAsJson: flag('Whether values are Avro JSON instead of Avro binary', false),
    numPartitions: maybeWhole('Partitions of new topics; default: 5', { min: 1, max: 1_000 }),
    defaultReplicationFactor: maybeWhole("Replicas of new topics; default: the brokers'", {
      min: 1,
      max: 32_767,
    }),
    minInsyncReplicas: maybeWhole(
      "How many of them have a record before it counts as stored; default: 2 of three and more, else the brokers'",
      {
        min: 1,
        max: 32_767,
      },
    ),
    saslMechanism: z
      .enum(['', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
      .default('')
      .describe('Mechanism, where the JAAS line does not say it'),
    tokenEndpoint: text('Where OAUTHBEARER gets its tokens'),
  }),
  globalKafkaSecurityConfig: section('How brokers are spoken to', {
    enabled: flag('Whether anything but plaintext', false),
    securityProtocol: z
      .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
      .default('SASL_SSL')
      .describe('Protocol'),
    saslJaasConfig: text('How to log in, a JAAS line; becomes the Secret `kafka-security-config`'),
    existingSecret: text('Secret with it, under `sasl.jaas.config`'),
    sslTruststoreSecretName: text(
      "Secret with `client.truststore.jks` (JKS, PKCS#12 or PEM) and `truststore.password`; default: the system's authorities",
    ),
  }),
  redis: section('What finds session keys; losing it loses nothing', {
    enabled: z.literal(false).default(false).describe('A Redis of its own is not part of this version'),
    mode: z.enum(['standalone', 'sentinel', 'cluster']).default('standalone').describe('How it runs'),
    host: text(
      'Its address, `host` or `host:port`; with sentinels theirs, in a cluster those of some nodes; needed by gateway and decrypters',
    ),
    primary: text('Name of the primary among the sentinels'),
    user: text('ACL user'),
    password: text('Password; becomes the Secret `redis-password`'),
    passwordSecret: section('Secret that has the password', {
      name: text('Its name'),
      key: text('Key in it', 'redis-password'),
    }),
    tls: section('TLS', {
      enabled: flag('Whether it is spoken to over TLS', false),
      ca: authorities('it'),
      serverName: text(
        'Name in the certificates of all its servers, where they are reached by address, as sentinels and clusters tell',
      ),
    }),
  }),
  sessionKeys: section(
    'Secrets that session keys are looked up and wrapped by. Whoever loses them loses all data',
    {
      existingSecret: text(
        'Secret with `lookup.secret` and `encryption.keys`; see the README for how to make it',
        '',
      ),
      lookupSecret: text('32 bytes in base64, under which sessions are looked up; becomes a Secret'),
      encryptionKeys: text(
        '`name:key` pairs between commas, each key 32 bytes in base64, the first for new ones',
      ),
    },
  ),
  guardrails: z
    .record(z.string(), z.unknown())
    .nullable()
    .default(null)
    .describe(
      'What the control plane may ask for (docs/operations/guardrails.md); without it nothing is bounded',
    ),
  storage: section('Where exporters write', {
    allowedNetworks: texts('Private networks in which stores and databases may be, address/bits'),
    ca: authorities('stores and databases'),
  }),
  networkPolicy: section('Who may speak to whom', {
    enabled: flag('Whether everything else is denied', true),
    clients: passedOnList('Peers that may send events; default: anybody'),
    metrics: passedOnList('Peers that may look at the metrics of all pods; default: nobody'),
    egress: section('What may be reached beside DNS. Ports are added to those that addresses name', {
      to: passedOnList('Peers that may be reached at all; default: any'),
      controlPlanePorts: ports('Further ports of the control plane'),
      kafkaPorts: ports('Further ports of brokers'),
      redisPorts: ports('Further ports of Redis'),
      storePorts: ports('Of the stores and databases of connectors', [443, 5432, 3306]),
      apiServerPorts: ports('Of the API server of Kubernetes', [443, 6443]),
    }),
  }),
  admissionPolicy: section(
    'Bounds what an agent may write, whatever it is told (needs rights on the cluster)',
    {
      enabled: flag('Whether there is a ValidatingAdmissionPolicy for each agent', true),
    },
  ),
  pod: section('Pods of everything, workers too', {
    security: section('Beyond the restricted profile, which always holds', {
      runAsUser: maybeWhole("User; default: the image's, 65532", { min: 1, max: 2_147_483_647 }),
      runAsGroup: maybeWhole('Group', { min: 1, max: 2_147_483_647 }),
      fsGroup: maybeWhole('Group of volumes', { min: 1, max: 2_147_483_647 }),
    }),
    labels: map('Further labels'),
    annotations: map('Annotations'),
  }),
};
