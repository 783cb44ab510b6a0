import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { allotYoung } from './allot-young.ts';
import { configSchema } from './config.ts';
import { startDecrypter } from './start-decrypter.ts';

allotYoung();
await runMain('decrypter', configSchema, (config) => {
  const logger = createLogger({ name: 'decrypter', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  return startDecrypter(config, { clock: systemClock, logger });
});
