import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { startEventGateway } from './start-event-gateway.ts';

await runMain('event-gateway', configSchema, (config) => {
  const logger = createLogger({ name: 'event-gateway', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  return startEventGateway(config, { clock: systemClock, logger });
});
