import type { ControlPlane } from '@ccd/controlplane';
import { connectControlPlane } from '@ccd/controlplane';
import {
  createLogWatch,
  createWork,
  createWorkerStatus,
  toControlPlaneOptions,
  toEventLogOptions,
} from '@ccd/dataplane';
import type { EventLog } from '@ccd/eventlog';
import { connectEventLog } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import type { Logger, RunningService } from '@ccd/service';
import { createAdminServer, createHealth, createMetrics, errorFields, startService } from '@ccd/service';
import type { UsageForwarderConfig } from './config.ts';
import { followMarks } from './follow-marks.ts';
import { createMarkReporter } from './report-mark.ts';

export interface UsageForwarderDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly controlPlane?: ControlPlane;
  readonly log?: EventLog;
}

/** Starts the usage forwarder. It runs once the event log answers; the control plane may be away. */
export async function startUsageForwarder(
  config: UsageForwarderConfig,
  { clock, logger, ...given }: UsageForwarderDependencies,
): Promise<RunningService> {
  const controlPlane = given.controlPlane ?? connectControlPlane(toControlPlaneOptions(config, clock));
  const log = given.log ?? (await connectEventLog(toEventLogOptions(config), { clock }));
  const health = createHealth();
  const metrics = createMetrics();
  const status = createWorkerStatus(logger);
  const events = metrics.counter({
    name: 'ccd_usage_counted_events_total',
    help: 'Events that the control plane has counted',
  });
  const reporter = createMarkReporter({
    controlPlane,
    onReported: (count) => {
      events.inc({}, count);
    },
    onRefused: ({ stream }, error) => {
      logger.warn(
        { stream: stream.uuid, error: errorFields(error) },
        'the events of a stream are not counted',
      );
    },
  });

  return startService({
    name: 'usage-forwarder',
    logger,
    health,
    components: [
      createAdminServer({ host: config.ADMIN_HOST, port: config.ADMIN_PORT, health, metrics, logger }),
      createLogWatch({ log, clock, logger }),
      {
        ...createWork({
          name: 'the forwarding of counts',
          clock,
          logger,
          status,
          work: (signal) =>
            followMarks(
              {
                log,
                topic: config.USAGE_TOPIC,
                installationId: config.STRM_INSTALLATION_ID,
                reporter,
                onRunning: () => {
                  status.running();
                },
              },
              signal,
            ),
        }),
        ready: () => status.ready(),
      },
    ],
  });
}
