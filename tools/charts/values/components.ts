import {
  additions,
  flag,
  image,
  map,
  passedOnList,
  placement,
  port,
  section,
  text,
  texts,
  whole,
} from './fields.ts';
import type { Resources } from './fields.ts';
import { workerAdditions, workerPlacement } from './worker-fields.ts';
import { z } from 'zod';

const agent = (name: string, more: z.ZodRawShape = {}) => ({
  enabled: flag('Whether it is installed', true),
  replicas: whole('Pods; one of them works, the others wait', 1, { min: 0, max: 10 }),
  image: image(`management/entity-agents/${name}`),
  pollIntervalMs: whole('Time between two looks at what should exist, in milliseconds', 30_000, {
    min: 100,
    max: 86_400_000,
  }),
  ...placement({ requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '512Mi' } }),
  ...additions,
  ...more,
});

const reportWorkerLogs = flag(
  'Whether the last log lines of workers that fail are reported (docs/operations/kubernetes.md)',
  false,
);

const worker = (title: string, name: string, resources: Resources) =>
  section(title, {
    image: image(name),
    ...workerPlacement(resources),
    ...workerAdditions,
  });

export const eventGateway = section('Takes events in', {
  enabled: flag('Whether it is installed', true),
  replicas: whole('Pods', 2, { min: 0, max: 1_000 }),
  image: image('events/event-gateway'),
  configuration: section('Names of the public chart', {
    appPort: port('Port that it listens on', 8081),
    redisHost: text('The same as redis.host'),
    redisUser: text('The same as redis.user'),
    redisPassword: text('The same as redis.password'),
  }),
  drainSeconds: whole('Time between no longer being ready and taking no more connections', 10, { max: 15 }),
  tlsSecret: text('Secret of type kubernetes.io/tls, to speak TLS with beside cleartext'),
  podDisruptionBudget: section('What evictions leave running', {
    minAvailable: z
      .union([z.int().min(0), z.string()])
      .default(1)
      .describe('So many pods, or per cent'),
  }),
  topologySpread: texts('Topologies over which pods are spread', [
    'topology.kubernetes.io/zone',
    'kubernetes.io/hostname',
  ]),
  ...placement({ requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '1Gi' } }),
  ...additions,
});

export const services = section('How the gateway is reached', {
  loadbalancer: section('From outside', {
    enabled: flag('Whether there is a load balancer, `event-gateway-external`', false),
    port: z
      .union([z.string().regex(/^\d{1,5}$/), z.int().min(1).max(65_535)])
      .default('443')
      .describe('Its port'),
    loadBalancerSourceRanges: texts('Networks that may use it, address/bits; default: all'),
    annotations: map('Annotations, by which clouds are told more'),
  }),
  clusterIp: section('From inside', { enabled: flag('Whether there is the Service `event-gateway`', true) }),
});

export const streamsAgent = section(
  'Keeps topics and decrypters',
  agent('streams-agent', {
    reportWorkerLogs,
    topicGraceHours: whole('Hours that a topic and its data outlive its stream', 72),
    configuration: section('Names of the public chart', {
      redisSecret: section('The same as redis.passwordSecret', {
        name: text('Its name'),
        key: text('Key in it'),
      }),
    }),
    deadLetters: passedOnList('Events that may go to `dlq-<uuid>` (docs/operations/dead-letters.md)'),
    decrypter: worker('Its workers', 'events/decrypter', {
      requests: { cpu: '100m', memory: '192Mi' },
      limits: { memory: '1Gi' },
    }),
  }),
);

export const dataConnectorAgent = section(
  'Keeps the Secrets of data connectors',
  agent('data-connectors-agent'),
);

export const batchExportersAgent = section(
  'Keeps batch exporters',
  agent('batch-exporters-agent', {
    reportWorkerLogs,
    batchExporter: worker('Its workers', 'events/batch-exporter', {
      requests: { cpu: '50m', memory: '160Mi' },
      limits: { memory: '1Gi' },
    }),
  }),
);
