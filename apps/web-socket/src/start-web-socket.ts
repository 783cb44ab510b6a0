import { join } from 'node:path';
import { connectControlPlane, createContractCatalog, createStateReporter } from '@ccd/controlplane';
import type { ControlPlane } from '@ccd/controlplane';
import {
  createClientStreams,
  createClientStreamsFile,
  createLogWatch,
  createPublishedKeys,
  createRecordReader,
  createStreamTokens,
  toControlPlaneOptions,
  toEventLogOptions,
  toInstanceId,
  toIssuerOptions,
} from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import type { Logger, RunningService } from '@ccd/service';
import { createHealth, createMetrics, startService } from '@ccd/service';
import { admit } from './admit.ts';
import type { WebSocketConfig } from './config.ts';
import { sendStream } from './send-stream.ts';
import { createEgressServer } from './web-socket-server.ts';

export interface WebSocketDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly controlPlane?: ControlPlane;
}

export interface RunningWebSocket extends RunningService {
  /** Base URL, `http://…`. */
  readonly url: string;
}

/** Starts the egress of streams over web sockets. */
export async function startWebSocket(
  config: WebSocketConfig,
  { clock, logger, ...given }: WebSocketDependencies,
): Promise<RunningWebSocket> {
  const controlPlane = given.controlPlane ?? connectControlPlane(toControlPlaneOptions(config, clock));
  const log = await connectEventLog(toEventLogOptions(config), { clock });
  const cached = (name: string) => join(config.CACHE_DIR, name);
  const catalog = createContractCatalog({
    controlPlane,
    cacheDir: cached('contracts'),
    clock,
    onProblem: ({ kind, subject }) => {
      logger.warn({ kind, subject }, 'a data contract could not be refreshed');
    },
  });
  const reporter = createStateReporter({
    controlPlane,
    clock,
    component: 'WEB_SOCKET',
    instanceId: toInstanceId(config),
    onProblem: ({ kind }) => {
      logger.warn({ kind }, 'the state of the web socket could not be reported');
    },
  });
  const realm = `${config.STRM_AUTH_URL}/auth/realms/streams`;
  const tokens = createStreamTokens({
    issuer: realm,
    installationId: config.STRM_INSTALLATION_ID,
    keys: createPublishedKeys({
      url: `${realm}/protocol/openid-connect/certs`,
      cacheFile: cached('stream-token-keys.json'),
      ...toIssuerOptions(config),
    }),
    clock,
  });
  const streams = createClientStreams({
    controlPlane,
    cache: createClientStreamsFile(cached('client-streams.json')),
    clock,
  });
  const records = createRecordReader(catalog);
  const health = createHealth();
  const metrics = createMetrics();
  const connections = metrics.gauge({
    name: 'ccd_web_socket_connections',
    help: 'Readers that are connected',
    labels: [],
  });
  const events = metrics.counter({
    name: 'ccd_web_socket_events_total',
    help: 'Events that were sent to a reader, and events that nothing explained',
    labels: ['kind'],
  });
  const server = createEgressServer({
    admit: (authorization) => admit({ tokens, streams }, authorization),
    serve: ({ topic }, reader, signal) =>
      sendStream(
        {
          log,
          records,
          topic,
          reader,
          onSent: () => {
            events.inc({ kind: 'sent' });
          },
          onUnreadable: () => {
            events.inc({ kind: 'unreadable' });
          },
        },
        signal,
      ),
    clock,
    health,
    metrics,
    logger,
    maxConnections: config.MAX_CONNECTIONS,
    maxBufferedBytes: config.MAX_BUFFERED_BYTES,
    onConnections: (count) => {
      connections.set({}, count);
    },
  });
  let url = '';

  const service = await startService({
    name: 'web-socket',
    logger,
    health,
    components: [
      createLogWatch({ log, clock, logger }),
      { name: 'contracts', start: () => catalog.start(), stop: () => catalog.stop() },
      {
        name: 'http-server',
        start: async () => {
          const host = config.STRM_EGRESS_HOST;
          const port = await server.listen({ host, port: config.STRM_EGRESSPORT });
          url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
          logger.info({ url }, 'streams can be read');
        },
        stop: () => server.close(),
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
  return { ...service, url };
}
