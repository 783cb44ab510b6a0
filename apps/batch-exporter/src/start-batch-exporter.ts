import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectControlPlane, createContractCatalog } from '@ccd/controlplane';
import type { ExporterTask } from '@ccd/dataplane';
import {
  createLogWatch,
  createPartitionsStatus,
  createRecordReader,
  createWork,
  createWorkerStatus,
  exporterTaskSchema,
  keepWithin,
  readTask,
  refuseContent,
  refuseLocation,
  toControlPlaneOptions,
  toEventLogOptions,
  toKeyStoreSecrets,
  toStorageOptions,
} from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import type { Logger, RunningService } from '@ccd/service';
import { createAdminServer, createHealth, createMetrics, failureOf, startService } from '@ccd/service';
import type { ExporterConfig } from './config.ts';
import { ChunkPool } from './chunk-pool.ts';
import { runExportLoop } from './export-loop.ts';
import { openStore, readLocation } from './open-store.ts';
import { PartitionExport } from './partition-export.ts';
import { createEventRenderer, createKeyRenderer, keyHeader } from './render-records.ts';
import { Spool } from './spool.ts';
import { openUnnamedFile } from './unnamed-file.ts';

/** The consumer group of an exporter: its progress, whatever its name is. */
export const groupOf = ({ exporterId }: Pick<ExporterTask, 'exporterId'>): string =>
  `batch-exporter-${exporterId}`;

/** Starts the export that the task names. */
export async function startBatchExporter(
  config: ExporterConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<RunningService> {
  const storage = toStorageOptions(config);
  const logOptions = toEventLogOptions(config);
  const task = readTask(config.CONFIG_DIR, exporterTaskSchema);
  const controlPlane = connectControlPlane(toControlPlaneOptions(config, clock));
  const log = await connectEventLog(logOptions, { clock });
  const catalog = createContractCatalog({
    controlPlane,
    cacheDir: join(config.CACHE_DIR, groupOf(task)),
    clock,
    onProblem: ({ kind, subject }) => {
      logger.warn({ kind, subject }, 'a data contract could not be refreshed');
    },
  });
  const health = createHealth();
  const metrics = createMetrics();
  const status = createWorkerStatus(logger);
  const partitions = createPartitionsStatus(status);
  const render =
    task.content === 'keys'
      ? createKeyRenderer(toKeyStoreSecrets(config).wrapper)
      : createEventRenderer(createRecordReader(catalog));

  const chunks = new ChunkPool();
  const exportTo = async (location: string, signal: AbortSignal): Promise<void> => {
    const store = await openStore({
      location,
      pathPrefix: task.pathPrefix,
      exporterId: task.exporterId,
      storage,
    });
    try {
      await runExportLoop(
        {
          log,
          topic: task.topic,
          group: groupOf(task),
          startAt: task.startAt,
          intervalMs: task.intervalMs,
          clock,
          onRunning: () => {
            partitions.running();
          },
          onBlocked: (partition, offset, error) => {
            const { reason, message } = failureOf(error);
            partitions.waits(partition, offset, reason, message);
          },
          onUnblocked: (partition) => {
            partitions.goesOn(partition);
          },
          createExport: (partition, committed, consumer, running) =>
            new PartitionExport(
              {
                partition,
                prefix: task.pathPrefix,
                content: task.content,
                intervalMs: task.intervalMs,
                header: task.content === 'keys' ? keyHeader : '',
                render,
                consumer,
                store,
                createSpool: () =>
                  new Spool(() => openUnnamedFile(tmpdir()), config.SPOOL_MEMORY_BYTES, chunks),
                signal: running,
              },
              committed,
            ),
        },
        signal,
      );
    } finally {
      await store.close();
    }
  };

  /** Begins with the credentials as they are now: rotated ones are picked up by beginning again. */
  const work = async (signal: AbortSignal): Promise<void> => {
    const location = await readLocation(config.SECRETS_DIR, task);
    await keepWithin(
      {
        file: config.GUARDRAILS_FILE,
        clock,
        refuse: (guardrails) =>
          refuseContent(guardrails, task.content) ?? refuseLocation(guardrails, location),
      },
      (within) => exportTo(location, within),
      signal,
    );
  };

  return startService({
    name: 'batch-exporter',
    logger,
    health,
    components: [
      createAdminServer({ host: config.ADMIN_HOST, port: config.ADMIN_PORT, health, metrics, logger }),
      createLogWatch({ log, clock, logger }),
      { name: 'contracts', start: () => catalog.start(), stop: () => catalog.stop() },
      { ...createWork({ name: 'export', clock, logger, status, work }), ready: () => status.ready() },
    ],
  });
}
