import { connectCluster } from '@ccd/cluster';
import { connectControlPlane } from '@ccd/controlplane';
import { toClusterOptions, toControlPlaneOptions, toEventLogOptions } from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { agentName, startStreamsAgent } from './start-streams-agent.ts';

await runMain(agentName, configSchema, async (config) => {
  const clock = systemClock;
  // Before the cluster, which begins with its workloads at once.
  const log = await connectEventLog(toEventLogOptions(config), { clock });
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
    log,
  });
});
