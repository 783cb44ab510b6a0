import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '@ccd/cluster';
import { configSchema as controlPlaneSchema, startControlPlane } from '@ccd/control-plane';
import type { Bootstrap, RunningControlPlane } from '@ccd/control-plane';
import { configSchema as gatewaySchema, startEventGateway } from '@ccd/event-gateway';
import type { Clock } from '@ccd/reconcile';
import { configSchema as registrySchema, startSchemaRegistry } from '@ccd/schema-registry';
import type { Component, Logger, RunningService } from '@ccd/service';
import { createHealth, loadConfig, startService } from '@ccd/service';
import { configSchema as usageSchema, startUsageForwarder } from '@ccd/usage-forwarder';
import { configSchema as webSocketSchema, startWebSocket } from '@ccd/web-socket';
import { checkPorts } from './check-ports.ts';
import { keepCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import type { Engines, EnginesRuntime, RunningEngines } from './engines.ts';
import { foldersOf } from './folders.ts';
import { loadSecrets } from './secrets.ts';
import { startAgents } from './start-agents.ts';

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
  /** First of all, and stopped last. */
  readonly startEngines: (runtime: EnginesRuntime) => Promise<RunningEngines>;
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
  readonly engines: Engines;
}

const stopTimeoutMs = 45_000;

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
    startEngines,
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
  const basics = { PATH: path, LOG_FORMAT: 'json' };
  const engines = started(await startEngines({ clock, logger: logger('engines'), onLine }));

  const controlPlaneService: RunningControlPlane = started(
    await startControlPlane(
      loadConfig(controlPlaneSchema, {
        HOST: host,
        GRPC_PORT: `${ports.grpc}`,
        GRPC_REFLECTION: 'true',
        AUTH_PORT: `${ports.auth}`,
        DATA_DIR: folders.controlPlane,
        ...engines.controlPlane,
      }),
      { clock, logger: logger('control-plane') },
    ),
  );
  const { authUrl, grpcPort, bootstrap } = controlPlaneService;
  const credentials = await keepCredentials(dataDir, bootstrap);
  const networks = [engines.dataPlane['STORAGE_ALLOWED_NETWORKS'], allowedNetworks].filter(
    (each) => each !== undefined,
  );
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
    ...engines.dataPlane,
    CACHE_DIR: folders.cache,
    ...(networks.length > 0 && { STORAGE_ALLOWED_NETWORKS: networks.join() }),
    CLUSTER_DIR: folders.cluster,
    APPS_DIR: appsDir,
    POLL_INTERVAL_MS: `${pollIntervalMs}`,
    TOPIC_GRACE_HOURS: `${topicGraceHours}`,
    INSTANCE_ID: 'standalone',
    DEAD_LETTERS_FILE: folders.deadLetters,
    // The control plane is of this machine as well: `strm logs` shows what does not leave it.
    REPORT_WORKER_LOGS: 'true',
    ...(existsSync(folders.guardrails) && { GUARDRAILS_FILE: folders.guardrails }),
  };

  const { cluster, ...agents } = await startAgents(environment, { clock, logger, onLine });
  started(agents);

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
    engines,
  };
}
