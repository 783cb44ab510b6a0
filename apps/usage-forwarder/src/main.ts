import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { startUsageForwarder } from './start-usage-forwarder.ts';

await runMain('usage-forwarder', configSchema, (config) => {
  const logger = createLogger({
    name: 'usage-forwarder',
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
  });
  return startUsageForwarder(config, { clock: systemClock, logger });
});
