import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectCluster } from '@ccd/cluster';
import type { Cluster } from '@ccd/cluster';
import { configSchema as controlPlaneSchema, startControlPlane } from '@ccd/control-plane';
import type { Bootstrap, RunningControlPlane } from '@ccd/control-plane';
import { connectControlPlane } from '@ccd/controlplane';
import { configSchema as connectorsSchema, startDataConnectorsAgent } from '@ccd/data-connectors-agent';
import { toClusterOptions, toControlPlaneOptions, toEventLogOptions } from '@ccd/dataplane';
import { configSchema as gatewaySchema, startEventGateway } from '@ccd/event-gateway';
import { connectEventLog } from '@ccd/eventlog';
import { configSchema as exportersSchema, startExportersAgent } from '@ccd/exporters-agent';
import type { Clock } from '@ccd/reconcile';
import { configSchema as registrySchema, startSchemaRegistry } from '@ccd/schema-registry';
import type { Component, Logger, RunningService } from '@ccd/service';
import { createHealth, loadConfig, startService } from '@ccd/service';
import { configSchema as streamsSchema, startStreamsAgent } from '@ccd/streams-agent';
import { configSchema as usageSchema, startUsageForwarder } from '@ccd/usage-forwarder';
import { configSchema as webSocketSchema, startWebSocket } from '@ccd/web-socket';
import { checkPorts } from './check-ports.ts';
import { keepCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { createEngineProcess } from './engine-process.ts';
import { foldersOf } from './folders.ts';
import { loadSecrets } from './secrets.ts';
import { socketPathOf } from './socket-path.ts';

export interface StandaloneOptions {
  readonly dataDir: string;
  readonly host: string;
  /** Ports of the gRPC API, the token endpoints, the gateway, the web socket and the schema registry; 0 lets the system choose. */
  readonly ports: {
    readonly grpc: number;
    readonly auth: number;
    readonly gateway: number;
    readonly webSocket: number;
    readonly schemaRegistry: number;
  };
  /** PATH of the processes beside this one. */
  readonly path: string;
  /** Folder with the apps of the workers. */
  readonly appsDir: string;
  /** `engine-main`, to run as a process. */
  readonly engineEntry: string;
  readonly pollIntervalMs?: number;
  readonly topicGraceHours?: number;
  /** Special networks that connectors may lead to, as address/bits between commas. */
  readonly allowedNetworks?: string;
  readonly usageIntervalMs?: number;
}

export interface StandaloneDependencies {
  readonly clock: Clock;
  readonly logger: (name: string) => Logger;
  /** Takes log lines of the processes beside this one. */
  readonly onLine: (line: string) => void;
}

export interface RunningStandalone extends RunningService {
  readonly credentials: Credentials;
  /** What the first start made; absent on every later one. */
  readonly bootstrap?: Bootstrap;
  readonly grpcPort: number;
  readonly authUrl: string;
  /** Where events are sent, `/event` included. */
  readonly eventsUrl: string;
  /** Where events are read, `/ws` included. */
  readonly webSocketUrl: string;
  /** What Kafka consumers have as `schema.registry.url`. */
  readonly schemaRegistryUrl: string;
  readonly gatewayUrl: string;
  readonly cluster: Cluster;
  readonly socketPath: string;
}

const stopTimeoutMs = 30_000;

/** Starts every part, those that others need first; the first one that fails stops the rest again. */
export async function startStandalone(
  options: StandaloneOptions,
  dependencies: StandaloneDependencies,
): Promise<RunningStandalone> {
  await checkPorts(options.host, Object.values(options.ports));
  const parts: RunningService[] = [];
  const health = createHealth();
  const logger = dependencies.logger('standalone');
  try {
    const started = await startParts(options, dependencies, (service) => parts.unshift(service));
    const service = await startService({
      name: 'standalone',
      logger,
      health,
      stopTimeoutMs,
      components: parts.toReversed().map((part, index) => toComponent(`part-${index}`, part)),
    });
    return { ...service, ...started };
  } catch (error) {
    for (const part of parts) await part.stop('the start failed').catch(() => {});
    throw error;
  }
}

const toComponent = (name: string, part: RunningService): Component => ({
  name,
  stop: () => part.stop('the system stops'),
  ready: () => {
    const { ok, reasons } = part.ready();
    return ok || reasons.map(({ component, reason }) => `${component}: ${reason}`).join('; ');
  },
});

async function startParts(
  {
    dataDir,
    host,
    ports,
    path,
    appsDir,
    engineEntry,
    pollIntervalMs = 1_000,
    topicGraceHours = 72,
    allowedNetworks,
    usageIntervalMs = 10_000,
  }: StandaloneOptions,
  { clock, logger, onLine }: StandaloneDependencies,
  onStarted: (part: RunningService) => void,
): Promise<Omit<RunningStandalone, keyof RunningService>> {
  const started = <Part extends RunningService>(part: Part): Part => {
    onStarted(part);
    return part;
  };
  const folders = foldersOf(dataDir);
  const socketPath = socketPathOf(dataDir);
  const basics = { PATH: path, LOG_FORMAT: 'json' };
  const engineLogger = logger('engine');
  const engine = createEngineProcess({
    entry: engineEntry,
    environment: { ...basics, ENGINE_DATA_DIR: folders.engine, EVENTLOG_SOCKET: socketPath },
    clock,
    onLine,
    onCrash: (ending) => {
      engineLogger.warn({ ending }, 'the engine ended; another is started');
    },
  });
  started(await startService({ name: 'engine', logger: engineLogger, components: [engine] }));

  const controlPlaneService: RunningControlPlane = started(
    await startControlPlane(
      loadConfig(controlPlaneSchema, {
        HOST: host,
        GRPC_PORT: `${ports.grpc}`,
        GRPC_REFLECTION: 'true',
        AUTH_PORT: `${ports.auth}`,
        DATA_DIR: folders.controlPlane,
      }),
      { clock, logger: logger('control-plane') },
    ),
  );
  const { authUrl, grpcPort, bootstrap } = controlPlaneService;
  const credentials = await keepCredentials(dataDir, bootstrap);
  const environment = {
    ...basics,
    ...(await loadSecrets(dataDir)),
    STRM_API_HOST: host,
    STRM_API_PORT: `${grpcPort}`,
    STRM_API_TLS: 'false',
    STRM_AUTH_URL: authUrl,
    STRM_AUTH_CLIENT_ID: credentials.installation.clientId,
    STRM_AUTH_CLIENT_SECRET: credentials.installation.clientSecret,
    STRM_INSTALLATION_ID: credentials.installation.id,
    EVENTLOG_SOCKET: socketPath,
    CACHE_DIR: folders.cache,
    FOLDER_ROOT: folders.exports,
    ...(allowedNetworks !== undefined && { STORAGE_ALLOWED_NETWORKS: allowedNetworks }),
    CLUSTER_DIR: folders.cluster,
    APPS_DIR: appsDir,
    POLL_INTERVAL_MS: `${pollIntervalMs}`,
    TOPIC_GRACE_HOURS: `${topicGraceHours}`,
    INSTANCE_ID: 'standalone',
    DEAD_LETTERS_FILE: folders.deadLetters,
    ...(existsSync(folders.guardrails) && { GUARDRAILS_FILE: folders.guardrails }),
  };

  const streamsConfig = loadConfig(streamsSchema, environment);
  const cluster = await connectCluster(toClusterOptions(streamsConfig, environment), {
    clock,
    onLog: ({ line }) => {
      onLine(line);
    },
  });
  const controlPlane = connectControlPlane(toControlPlaneOptions(streamsConfig, clock));
  const log = await connectEventLog(toEventLogOptions(streamsConfig), { clock });
  started(
    await startService({
      name: 'connections',
      logger: logger('connections'),
      components: [
        {
          name: 'control-plane',
          stop: async () => {
            controlPlane.close();
          },
        },
        { name: 'event-log', stop: () => log.close() },
        { name: 'cluster', stop: () => cluster.close() },
      ],
    }),
  );

  const shared = { clock, controlPlane, cluster };
  const connectorsConfig = loadConfig(connectorsSchema, environment);
  const exportersConfig = loadConfig(exportersSchema, environment);
  started(
    await startDataConnectorsAgent(connectorsConfig, { ...shared, logger: logger('data-connectors-agent') }),
  );
  started(await startStreamsAgent(streamsConfig, { ...shared, log, logger: logger('streams-agent') }));
  started(await startExportersAgent(exportersConfig, { ...shared, logger: logger('exporters-agent') }));

  const gateway = started(
    await startEventGateway(
      loadConfig(gatewaySchema, {
        ...environment,
        STRM_GATEWAY_HOST: host,
        STRM_GATEWAY_PORT: `${ports.gateway}`,
        USAGE_INTERVAL_MS: `${usageIntervalMs}`,
        CACHE_DIR: join(folders.cache, 'event-gateway'),
      }),
      { clock, logger: logger('event-gateway') },
    ),
  );
  started(
    await startUsageForwarder(loadConfig(usageSchema, environment), {
      clock,
      logger: logger('usage-forwarder'),
    }),
  );
  const webSocket = started(
    await startWebSocket(
      loadConfig(webSocketSchema, {
        ...environment,
        STRM_EGRESS_HOST: host,
        STRM_EGRESSPORT: `${ports.webSocket}`,
        CACHE_DIR: join(folders.cache, 'web-socket'),
      }),
      { clock, logger: logger('web-socket') },
    ),
  );
  const schemaRegistry = started(
    await startSchemaRegistry(
      loadConfig(registrySchema, {
        ...environment,
        STRM_REGISTRY_HOST: host,
        STRM_REGISTRY_PORT: `${ports.schemaRegistry}`,
        CACHE_DIR: join(folders.cache, 'schema-registry'),
      }),
      { clock, logger: logger('schema-registry') },
    ),
  );
  return {
    credentials,
    ...(bootstrap && { bootstrap }),
    grpcPort,
    authUrl,
    gatewayUrl: gateway.url,
    eventsUrl: `${gateway.url}/event`,
    webSocketUrl: `${webSocket.url.replace(/^http/, 'ws')}/ws`,
    schemaRegistryUrl: schemaRegistry.url,
    cluster,
    socketPath,
  };
}
