import { join } from 'node:path';
import type { ControlPlane } from '@ccd/controlplane';
import { connectControlPlane, createContractCatalog, createStateReporter } from '@ccd/controlplane';
import {
  createClientStreams,
  createClientStreamsFile,
  createJsonFile,
  createKeyJournal,
  createLogWatch,
  createPublishedKeys,
  createRecordReader,
  createStreamTokens,
  openKeyStore,
  toControlPlaneOptions,
  toEventLogOptions,
  toInstanceId,
  toIssuerOptions,
  toKeyIndexEngine,
  toKeyStoreSecrets,
} from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import type { FieldCipherFactory } from '@ccd/privacy';
import { createFieldCiphers } from '@ccd/privacy';
import type { Clock } from '@ccd/reconcile';
import type { Logger, RunningService } from '@ccd/service';
import {
  createAdminServer,
  createCertificateWatch,
  createHealth,
  createMetrics,
  readCertificateFiles,
  startService,
} from '@ccd/service';
import { z } from 'zod';
import { createAcceptEvent } from './accept-event.ts';
import { toCertificateFiles } from './config.ts';
import type { GatewayConfig } from './config.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createHttpServer } from './http-server.ts';
import { createKeyJanitor } from './key-janitor.ts';
import { createPolicies } from './policies.ts';
import { createSessionCiphers } from './session-cipher.ts';
import { createStreamLimits } from './stream-limits.ts';
import { createStreamUseFile } from './stream-use-file.ts';
import { createTopicWait, withTopicWait } from './topic-wait.ts';
import { createUsageMarks } from './usage-marks.ts';

export interface GatewayDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly controlPlane?: ControlPlane;
  readonly log?: EventLog;
  readonly ciphers?: FieldCipherFactory;
}

export interface RunningGateway extends RunningService {
  /** `http://host:port` */
  readonly url: string;
  /** Where health and metrics are, if these have a port of their own. */
  readonly adminUrl?: string;
}

/** Starts the event gateway. It listens once the event log answers; the control plane may be away. */
export async function startEventGateway(
  config: GatewayConfig,
  { clock, logger, ...given }: GatewayDependencies,
): Promise<RunningGateway> {
  // First of all: without it this process must not start.
  const ciphers = given.ciphers ?? createFieldCiphers();
  const tlsFiles = toCertificateFiles(config);
  const tls = tlsFiles && readCertificateFiles(tlsFiles);
  const index = toKeyIndexEngine(config);
  const controlPlane = given.controlPlane ?? connectControlPlane(toControlPlaneOptions(config, clock));
  const log = given.log ?? (await connectEventLog(toEventLogOptions(config), { clock }));
  const keys = await openKeyStore(log, {
    index,
    secrets: toKeyStoreSecrets(config),
    clock,
  });
  const producer = await log.createProducer();
  const cached = (name: string) => join(config.CACHE_DIR, name);
  const catalog = createContractCatalog({
    controlPlane,
    cacheDir: cached('contracts'),
    clock,
    onProblem: (problem) => {
      logger.warn({ kind: problem.kind, subject: problem.subject }, 'a data contract could not be refreshed');
    },
  });
  const reporter = createStateReporter({
    controlPlane,
    clock,
    component: 'EVENT_GATEWAY',
    instanceId: toInstanceId(config),
    onProblem: ({ kind }) => {
      logger.warn({ kind }, 'the state of the gateway could not be reported');
    },
  });
  const sessions = createSessionCiphers({
    keys,
    clock,
    ciphers,
    policies: createPolicies(
      controlPlane,
      createJsonFile(cached('policies.json'), z.record(z.string(), z.number())),
    ),
  });
  const realm = `${config.STRM_AUTH_URL}/auth/realms/streams`;
  const health = createHealth();
  const metrics = createMetrics();
  const accept = withTopicWait(
    createAcceptEvent({
      contracts: createRecordReader(catalog, ({ message }) => {
        logger.warn({ reason: 'UnusableContract', detail: message }, 'a data contract cannot be used');
      }),
      sessions,
      producer,
      clock,
      valueFormat: config.STRM_SERIALIZE_AS_JSON ? 'avro-json' : 'confluent',
    }),
    createTopicWait({ admin: log.admin, clock }),
  );
  const limits = createStreamLimits(clock);
  const clientStreams = createClientStreamsFile(cached('client-streams.json'));
  const usage = createUsageMarks({
    log,
    producer,
    installationId: config.STRM_INSTALLATION_ID,
    topic: config.USAGE_TOPIC,
    served: async () =>
      ((await clientStreams.load()) ?? [])
        .map(({ stream }) => stream)
        .filter(({ kind }) => kind === 'source'),
    clock,
    logger,
    intervalMs: config.USAGE_INTERVAL_MS,
  });
  const admin =
    config.ADMIN_PORT === undefined
      ? undefined
      : createAdminServer({ host: config.ADMIN_HOST, port: config.ADMIN_PORT, health, metrics, logger });
  const server = createHttpServer({
    accept,
    tokens: createStreamTokens({
      issuer: realm,
      installationId: config.STRM_INSTALLATION_ID,
      keys: createPublishedKeys({
        url: `${realm}/protocol/openid-connect/certs`,
        cacheFile: cached('stream-token-keys.json'),
        ...toIssuerOptions(config),
      }),
      clock,
    }),
    streams: createClientStreams({
      controlPlane,
      cache: clientStreams,
      clock,
    }),
    health,
    ...(!admin && { metrics }),
    gatewayMetrics: createGatewayMetrics(metrics),
    logger,
    maxEventBytes: config.MAX_EVENT_BYTES,
    limits,
    usage,
    clock,
    maxInFlight: config.MAX_IN_FLIGHT,
    maxBytesInFlight: config.MAX_BYTES_IN_FLIGHT,
    deadlineMs: config.DEADLINE_MS,
    maxConnections: config.MAX_CONNECTIONS,
    protocol: {
      requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
      idleTimeoutMs: config.IDLE_TIMEOUT_MS,
      maxHeaderBytes: config.MAX_HEADER_BYTES,
      maxConcurrentStreams: config.MAX_STREAMS_PER_CONNECTION,
    },
    ...(tls && { tls }),
  });
  let url = '';

  const service = await startService({
    name: 'event-gateway',
    logger,
    health,
    components: [
      ...(admin ? [admin] : []),
      createLogWatch({ log, clock, logger }),
      { name: 'key-store', stop: () => keys.close() },
      { name: 'contracts', start: () => catalog.start(), stop: () => catalog.stop() },
      createKeyJanitor({
        log,
        keys,
        journal: createKeyJournal(log, producer),
        clock,
        logger,
      }),
      {
        name: 'sessions',
        stop: async () => {
          sessions.close();
        },
      },
      createStreamUseFile({ path: cached('stream-use.json'), limits, clock, logger }),
      usage,
      ...(tlsFiles && tls
        ? [
            createCertificateWatch({
              files: tlsFiles,
              current: tls,
              use: (certificate) => {
                server.setCertificate(certificate);
              },
              clock,
              logger,
            }),
          ]
        : []),
      {
        name: 'http-server',
        start: async () => {
          const host = config.STRM_GATEWAY_HOST;
          const port = await server.listen({ host, port: config.STRM_GATEWAY_PORT });
          url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
          logger.info({ url }, 'events are accepted');
        },
        stop: async (deadline) => {
          // Readiness is off already; whoever has not noticed is served meanwhile.
          server.drain();
          await clock.sleep(config.DRAIN_DELAY_MS, deadline).catch(() => {});
          await server.close();
        },
      },
      {
        name: 'state-reporter',
        start: async () => {
          reporter.start();
        },
        stop: () => reporter.stop(),
      },
    ],
  });
  return { ...service, url, ...(admin && { adminUrl: admin.url() }) };
}
