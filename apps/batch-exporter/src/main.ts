import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { startBatchExporter } from './start-batch-exporter.ts';

await runMain('batch-exporter', configSchema, (config) => {
  const logger = createLogger({ name: 'batch-exporter', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  return startBatchExporter(config, { clock: systemClock, logger });
});
