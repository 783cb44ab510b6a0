import { join } from 'node:path';
import type { ControlPlane } from '@ccd/controlplane';
import { connectControlPlane, createContractCatalog, createStateReporter } from '@ccd/controlplane';
import { toControlPlaneOptions, toInstanceId } from '@ccd/dataplane';
import type { Clock } from '@ccd/reconcile';
import type { Logger, RunningService } from '@ccd/service';
import { createHealth, createMetrics, startService } from '@ccd/service';
import type { SchemaRegistryConfig } from './config.ts';
import { createLookupReport } from './lookup-report.ts';
import { createRegistryServer } from './registry-server.ts';
import { createSchemaLookup } from './schema-lookup.ts';

export interface SchemaRegistryDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly controlPlane?: ControlPlane;
}

export interface RunningSchemaRegistry extends RunningService {
  /** What consumers have as `schema.registry.url`: `http://host:port/confluent`. */
  readonly url: string;
}

/** Starts the schema registry. The control plane may be away. */
export async function startSchemaRegistry(
  config: SchemaRegistryConfig,
  { clock, logger, ...given }: SchemaRegistryDependencies,
): Promise<RunningSchemaRegistry> {
  const controlPlane = given.controlPlane ?? connectControlPlane(toControlPlaneOptions(config, clock));
  const catalog = createContractCatalog({
    controlPlane,
    cacheDir: join(config.CACHE_DIR, 'contracts'),
    clock,
    onProblem: ({ kind, subject }) => {
      logger.warn({ kind, subject }, 'a schema could not be kept or is another one than before');
    },
  });
  const reporter = createStateReporter({
    controlPlane,
    clock,
    component: 'CONFLUENT_SCHEMA_PROXY',
    instanceId: toInstanceId(config),
    onProblem: ({ kind }) => {
      logger.warn({ kind }, 'the state of the schema registry could not be reported');
    },
  });
  const health = createHealth();
  const metrics = createMetrics();
  const server = createRegistryServer({
    lookup: createSchemaLookup({
      catalog,
      maxLookups: config.MAX_LOOKUPS,
      onOutcome: createLookupReport({ metrics, logger, clock }),
    }),
    health,
    metrics,
    logger,
    maxConnections: config.MAX_CONNECTIONS,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    idleTimeoutMs: config.IDLE_TIMEOUT_MS,
  });
  let url = '';

  const service = await startService({
    name: 'schema-registry',
    logger,
    health,
    components: [
      { name: 'contracts', start: () => catalog.start(), stop: () => catalog.stop() },
      {
        name: 'http-server',
        start: async () => {
          const address = { host: config.STRM_REGISTRY_HOST, port: config.STRM_REGISTRY_PORT };
          url = `${await server.listen(address)}/confluent`;
          logger.info({ url }, 'schemas can be looked up');
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
