import { join } from 'node:path';
import { connectControlPlane, createContractCatalog } from '@ccd/controlplane';
import {
  createLogWatch,
  createPartitionsStatus,
  createRecordReader,
  createWork,
  createWorkerStatus,
  decrypterTaskSchema,
  keepWithin,
  openKeyStore,
  readTask,
  refuseConsent,
  toControlPlaneOptions,
  toEventLogOptions,
  toKeyIndexEngine,
  toKeyStoreSecrets,
} from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import { createFieldCiphers } from '@ccd/privacy';
import type { Clock } from '@ccd/reconcile';
import type { Logger, RunningService } from '@ccd/service';
import { createAdminServer, createHealth, createMetrics, errorFields, startService } from '@ccd/service';
import type { DecrypterConfig } from './config.ts';
import { createMayGo } from './dead-letter.ts';
import { groupOf, runDecrypter } from './run-decrypter.ts';

/** Starts the decrypter of the source stream that its task names. */
export async function startDecrypter(
  config: DecrypterConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<RunningService> {
  // First of all: without it this process must not start.
  const ciphers = createFieldCiphers();
  const index = toKeyIndexEngine(config);
  const logOptions = toEventLogOptions(config);
  const task = readTask(config.CONFIG_DIR, decrypterTaskSchema);
  const controlPlane = connectControlPlane(toControlPlaneOptions(config, clock));
  const log = await connectEventLog(logOptions, { clock });
  const keys = await openKeyStore(log, {
    index,
    secrets: toKeyStoreSecrets(config),
    clock,
  });
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
  const events = metrics.counter({
    name: 'ccd_decrypter_events_total',
    help: 'Events of the source that were read, left out as erased or let go; of derived streams that were written',
    labels: ['kind'],
  });

  const derive = (signal: AbortSignal): Promise<void> =>
    runDecrypter(
      {
        task,
        log,
        reader: createRecordReader(catalog),
        keys,
        ciphers,
        clock,
        onRunning: () => {
          partitions.running();
        },
        mayGo: createMayGo({
          file: config.DEAD_LETTERS_FILE,
          streamId: task.streamId,
          log,
          onUnreadable: (error) => {
            logger.warn({ error: errorFields(error) }, 'no event is let go');
          },
        }),
        onDerived: ({ read, written, erased, letGo }) => {
          events.inc({ kind: 'read' }, read);
          events.inc({ kind: 'written' }, written);
          events.inc({ kind: 'erased' }, erased);
          events.inc({ kind: 'let-go' }, letGo);
        },
        onBlocked: (partition, offset, reason, message) => {
          partitions.waits(partition, offset, reason, message);
        },
        onUnblocked: (partition) => {
          partitions.goesOn(partition);
        },
      },
      signal,
    );

  return startService({
    name: 'decrypter',
    logger,
    health,
    components: [
      createAdminServer({ host: config.ADMIN_HOST, port: config.ADMIN_PORT, health, metrics, logger }),
      createLogWatch({ log, clock, logger }),
      { name: 'key-store', stop: () => keys.close() },
      { name: 'contracts', start: () => catalog.start(), stop: () => catalog.stop() },
      {
        ...createWork({
          name: 'derivation',
          clock,
          logger,
          status,
          work: (signal) =>
            keepWithin(
              {
                file: config.GUARDRAILS_FILE,
                clock,
                refuse: (guardrails) =>
                  task.derived
                    .map(({ consent }) => refuseConsent(guardrails, consent))
                    .find((refusal) => refusal !== undefined),
              },
              derive,
              signal,
            ),
        }),
        ready: () => status.ready(),
      },
    ],
  });
}
