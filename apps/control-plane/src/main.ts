import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { describeBootstrap } from './bootstrap/describe-bootstrap.ts';
import { configSchema } from './config.ts';
import { startControlPlane } from './start-control-plane.ts';

await runMain('control-plane', configSchema, async (config) => {
  const logger = createLogger({ name: 'control-plane', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const running = await startControlPlane(config, { clock: systemClock, logger });
  // Secrets are shown to the person who starts it, once, and stay out of the log.
  if (running.bootstrap !== undefined) process.stderr.write(describeBootstrap(running.bootstrap));
  return running;
});
