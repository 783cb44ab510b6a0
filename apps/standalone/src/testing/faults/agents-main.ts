/**
 * The agents of one machine as they ship, with what a run of the fault harness needs: workers have failpoints, are started
 * again without long pauses, and export every second.
 */
import { connectCluster } from '@ccd/cluster';
import type { ClusterOptions } from '@ccd/cluster';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { createLogger, runMain } from '@ccd/service';
import { configSchema } from '@ccd/streams-agent';
import { startAgents } from '../../start-agents.ts';
import { exportEverySecond } from './export-every-second.ts';

const longestPauseMs = 300;

/** A supervisor that waits longer after each crash would wait most of the time here. */
const impatientClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, longestPauseMs), signal),
};

function withFailpoints(
  options: ClusterOptions,
  nodeArguments: readonly string[],
  folder: string,
): ClusterOptions {
  if (options.engine !== 'local') return options;
  const programs = Object.fromEntries(
    Object.entries(options.programs).map(([app, program]) => [
      app,
      { ...program, args: [...nodeArguments, ...(program.args ?? [])] },
    ]),
  );
  return { ...options, programs, baseEnv: { ...options.baseEnv, CCD_FAILPOINT_FOLDER: folder } };
}

await runMain('agents', configSchema, (_config, _signal, environment) => {
  const nodeArguments = process.execArgv.filter((argument) => !argument.startsWith('--disable-warning'));
  const failpoints = environment['CCD_FAILPOINT_FOLDER'] ?? '';
  return startAgents(environment, {
    clock: systemClock,
    logger: (name) => createLogger({ name }),
    onLine: (line) => {
      process.stdout.write(`${line}\n`);
    },
    connect: async (options, runtime) =>
      exportEverySecond(
        await connectCluster(withFailpoints(options, nodeArguments, failpoints), {
          ...runtime,
          clock: impatientClock,
        }),
      ),
  });
});
