import { connectCluster } from '@ccd/cluster';
import { connectControlPlane } from '@ccd/controlplane';
import { toClusterOptions, toControlPlaneOptions } from '@ccd/dataplane';
import { systemClock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from './config.ts';
import { agentName, startDataConnectorsAgent } from './start-data-connectors-agent.ts';

await runMain(agentName, configSchema, async (config) => {
  const clock = systemClock;
  return startDataConnectorsAgent(config, {
    clock,
    logger: createLogger({ name: agentName, level: config.LOG_LEVEL, format: config.LOG_FORMAT }),
    controlPlane: connectControlPlane(toControlPlaneOptions(config, clock)),
    cluster: await connectCluster(toClusterOptions(config, process.env), {
      clock,
      onLog: ({ line }) => {
        process.stdout.write(`${line}\n`);
      },
    }),
  });
});
