import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { startWebSocket } from './start-web-socket.ts';

await runMain('web-socket', configSchema, (config) => {
  const logger = createLogger({ name: 'web-socket', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  return startWebSocket(config, { clock: systemClock, logger });
});
