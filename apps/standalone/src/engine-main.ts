import { startEmbeddedEngine } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain, startService } from '@ccd/service';
import { engineConfigSchema } from './engine-config.ts';

// The embedded log and keys have a process of their own: a commit holds up its event loop while the disk syncs.
await runMain('engine', engineConfigSchema, async (config) => {
  const logger = createLogger({ name: 'engine', level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const engine = await startEmbeddedEngine({
    dataDir: config.ENGINE_DATA_DIR,
    socketPath: config.EVENTLOG_SOCKET,
    clock: systemClock,
  });
  return startService({
    name: 'engine',
    logger,
    components: [{ name: 'engine', stop: () => engine.close() }],
  });
});
