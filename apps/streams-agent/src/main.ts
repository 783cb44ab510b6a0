import { connectCluster } from '@ccd/cluster';
import { connectControlPlane } from '@ccd/controlplane';
import { toClusterOptions, toControlPlaneOptions, toEventLogOptions } from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createLogger, loadConfig, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { agentName, startStreamsAgent } from './start-streams-agent.ts';

await runMain(agentName, async () => {
  const config = loadConfig(configSchema, process.env);
  const clock = systemClock;
  return startStreamsAgent(config, {
    clock,
    logger: createLogger({ name: agentName, level: config.LOG_LEVEL, format: config.LOG_FORMAT }),
    controlPlane: connectControlPlane(toControlPlaneOptions(config, clock)),
    cluster: await connectCluster(toClusterOptions(config, process.env), {
      clock,
      onLog: ({ line }) => {
        process.stdout.write(`${line}\n`);
      },
    }),
    log: await connectEventLog(toEventLogOptions(config), { clock }),
  });
});
