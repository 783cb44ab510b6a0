import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { startSchemaRegistry } from './start-schema-registry.ts';

await runMain('schema-registry', configSchema, (config) => {
  const logger = createLogger({
    name: 'schema-registry',
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
  });
  return startSchemaRegistry(config, { clock: systemClock, logger });
});
