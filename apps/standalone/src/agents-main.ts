import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from '@ccd/streams-agent';
import { startAgents } from './start-agents.ts';

// On one machine the agents share a local cluster, and so a process (docs/decisions/0003).
// The streams agent has all settings that the others have.
await runMain('agents', configSchema, ({ LOG_LEVEL: level, LOG_FORMAT: format }, _, environment) =>
  startAgents(environment, {
    clock: systemClock,
    logger: (name) => createLogger({ name, level, format }),
    onLine: (line) => {
      process.stdout.write(`${line}\n`);
    },
  }),
);
