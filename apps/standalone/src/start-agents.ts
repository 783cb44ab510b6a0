import { connectCluster } from '@ccd/cluster';
import type { Cluster } from '@ccd/cluster';
import { connectControlPlane } from '@ccd/controlplane';
import { configSchema as connectorsSchema, startDataConnectorsAgent } from '@ccd/data-connectors-agent';
import { toClusterOptions, toControlPlaneOptions, toEventLogOptions } from '@ccd/dataplane';
import { connectEventLog } from '@ccd/eventlog';
import { configSchema as exportersSchema, startExportersAgent } from '@ccd/exporters-agent';
import type { Clock } from '@ccd/reconcile';
import { loadConfig, startService } from '@ccd/service';
import type { Environment, Logger, RunningService } from '@ccd/service';
import { configSchema as streamsSchema, startStreamsAgent } from '@ccd/streams-agent';
import { servicePart } from './service-part.ts';

export interface AgentsDependencies {
  readonly clock: Clock;
  readonly logger: (name: string) => Logger;
  /** Takes log lines of the workers. */
  readonly onLine: (line: string) => void;
  /** @default connectCluster */
  readonly connect?: typeof connectCluster;
}

export interface RunningAgents extends RunningService {
  readonly cluster: Cluster;
}

/** Starts the three agents in this process, on the one local cluster of the machine (docs/decisions/0003). */
export async function startAgents(
  environment: Environment,
  { clock, logger, onLine, connect = connectCluster }: AgentsDependencies,
): Promise<RunningAgents> {
  // All of it before anything is started: another agent may refuse what the first one takes.
  const streams = loadConfig(streamsSchema, environment);
  const connectors = loadConfig(connectorsSchema, environment);
  const exporters = loadConfig(exportersSchema, environment);

  const log = await connectEventLog(toEventLogOptions(streams), { clock });
  const runtime = {
    clock,
    onLog: ({ line }: { readonly line: string }) => {
      onLine(line);
    },
  };
  const cluster = await connect(toClusterOptions(streams, environment), runtime).catch(
    async (error: unknown) => {
      await log.close();
      throw error;
    },
  );
  const controlPlane = connectControlPlane(toControlPlaneOptions(streams, clock));
  const on = (name: string) => ({ clock, controlPlane, cluster, logger: logger(name) });
  const service = await startService({
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
      servicePart('data-connectors-agent', () =>
        startDataConnectorsAgent(connectors, on('data-connectors-agent')),
      ),
      servicePart('streams-agent', () => startStreamsAgent(streams, { ...on('streams-agent'), log })),
      servicePart('exporters-agent', () => startExportersAgent(exporters, on('exporters-agent'))),
    ],
  });
  return { ...service, cluster };
}
