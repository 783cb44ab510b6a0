/**
 * The three agents in one process, on one local cluster (docs/decisions/0003), composed as `start-standalone.ts` does.
 * Differs in what a run of the fault harness needs: workers have failpoints, are started again without long pauses,
 * and export every second.
 */
import { connectCluster } from '@ccd/cluster';
import type { ClusterOptions } from '@ccd/cluster';
import { connectControlPlane } from '@ccd/controlplane';
import { configSchema as connectorsSchema, startDataConnectorsAgent } from '@ccd/data-connectors-agent';
import { toClusterOptions, toControlPlaneOptions, toEventLogOptions } from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import { configSchema as exportersSchema, startExportersAgent } from '@ccd/exporters-agent';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { createLogger, loadConfig, runMain, startService } from '@ccd/service';
import { configSchema as streamsSchema, startStreamsAgent } from '@ccd/streams-agent';
import { exportEverySecond } from './export-every-second.ts';

const longestPauseMs = 300;

/** A supervisor that waits longer after each crash would wait most of the time here. */
const impatientClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, longestPauseMs), signal),
};

function withFailpoints(options: ClusterOptions, nodeArguments: readonly string[], folder: string) {
  const programs = Object.fromEntries(
    Object.entries(options.programs).map(([app, program]) => [
      app,
      { ...program, args: [...nodeArguments, ...(program.args ?? [])] },
    ]),
  );
  return { ...options, programs, baseEnv: { ...options.baseEnv, CCD_FAILPOINT_FOLDER: folder } };
}

await runMain('agents', async () => {
  const environment = process.env;
  const clock = systemClock;
  const config = loadConfig(streamsSchema, environment);
  const logger = (name: string) => createLogger({ name, level: config.LOG_LEVEL, format: config.LOG_FORMAT });
  const options = withFailpoints(
    toClusterOptions(config, environment),
    process.execArgv.filter((argument) => !argument.startsWith('--disable-warning')),
    environment['CCD_FAILPOINT_FOLDER'] ?? '',
  );
  const cluster = exportEverySecond(
    await connectCluster(options, {
      clock: impatientClock,
      onLog: ({ line }) => {
        process.stdout.write(`${line}\n`);
      },
    }),
  );
  const controlPlane = connectControlPlane(toControlPlaneOptions(config, clock));
  const log = await connectEventLog(toEventLogOptions(config), { clock });
  const shared = { clock, controlPlane, cluster };
  const agents = [
    await startDataConnectorsAgent(loadConfig(connectorsSchema, environment), {
      ...shared,
      logger: logger('data-connectors-agent'),
    }),
    await startStreamsAgent(config, { ...shared, log, logger: logger('streams-agent') }),
    await startExportersAgent(loadConfig(exportersSchema, environment), {
      ...shared,
      logger: logger('exporters-agent'),
    }),
  ];
  return startService({
    name: 'agents',
    logger: logger('agents'),
    components: [
      {
        name: 'control-plane',
        stop: async () => {
          controlPlane.close();
        },
      },
      { name: 'event-log', stop: () => log.close() },
      { name: 'cluster', stop: () => cluster.close() },
      ...agents.map((agent, index) => ({
        name: `agent-${index}`,
        stop: () => agent.stop('the harness stops'),
      })),
    ],
  });
});
