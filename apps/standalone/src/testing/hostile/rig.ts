import type { Cluster } from '@ccd/cluster';
import { createMemoryCluster } from '@ccd/cluster/testing';
import { connectControlPlane } from '@ccd/controlplane';
import { startStandInServer } from '@ccd/controlplane/testing';
import { startDataConnectorsAgent } from '@ccd/data-connectors-agent';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { startExportersAgent } from '@ccd/exporters-agent';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { RunningService } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import type { LogEntry } from '@ccd/service/testing';
import { startStreamsAgent } from '@ccd/streams-agent';
import { startToxicProxy } from '@ccd/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import { settingsOfAgents } from '../agent-settings.ts';
import type { World } from './oracle.ts';
import { countWrites } from './count-writes.ts';

const agents = ['data-connectors-agent', 'streams-agent', 'exporters-agent'] as const;
export type AgentName = (typeof agents)[number];

const endsOfRuns = new Set([
  'nothing to change',
  'brought into line',
  'a run failed',
  'a run left something open',
]);

/**
 * The three agents on engines in memory, the real client over real sockets, and a stand-in for the control plane at the
 * other end of a proxy that can spoil the way back. Time stands still but for `poll`.
 */
export async function startHostileRig({
  guardrailsFile,
  cluster: given,
}: {
  readonly guardrailsFile?: string;
  /** Instead of the one in memory, of which alone `world` knows. */
  readonly cluster?: Cluster;
} = {}) {
  const config = { ...settingsOfAgents, GUARDRAILS_FILE: guardrailsFile };
  const clock = createFakeClock();
  const server = await startStandInServer();
  const proxy = await startToxicProxy(server.port);
  const log = createMemoryLog({ clock });
  const cluster = createMemoryCluster();
  const writes = countWrites<Cluster, ReturnType<typeof log.connect>>(given ?? cluster, log.connect());
  const loggers = Object.fromEntries(agents.map((name) => [name, createCapturingLogger(name)])) as Record<
    AgentName,
    ReturnType<typeof createCapturingLogger>
  >;
  const services: RunningService[] = [];
  const connections: { close(): void }[] = [];

  async function start(): Promise<void> {
    const parts = (name: AgentName) => {
      const controlPlane = connectControlPlane({
        host: '127.0.0.1',
        port: proxy.port,
        tls: 'off',
        authUrl: server.authUrl,
        clientId: config.STRM_AUTH_CLIENT_ID,
        clientSecret: config.STRM_AUTH_CLIENT_SECRET,
        installationId: config.STRM_INSTALLATION_ID,
        clock,
        random: () => 0.5,
      });
      connections.push(controlPlane);
      return { clock, logger: loggers[name].logger, controlPlane, cluster: writes.cluster };
    };
    services.push(
      await startDataConnectorsAgent(config, parts('data-connectors-agent')),
      await startStreamsAgent(config, { ...parts('streams-agent'), log: writes.log }),
      await startExportersAgent(config, parts('exporters-agent')),
    );
  }

  const runsOf = (name: AgentName) => loggers[name].entries.filter(({ message }) => endsOfRuns.has(message));

  async function stopAgents(): Promise<void> {
    const stopping = Promise.all(services.splice(0).map((service) => service.stop('the test is over')));
    // What waits on the clock while it stops has to be let go.
    const done = new AbortController();
    void stopping.finally(() => {
      done.abort();
    });
    while (!done.signal.aborted) {
      await delay(1);
      await clock.advance(1_000);
    }
    await stopping;
    for (const connection of connections.splice(0)) connection.close();
  }

  return {
    clock,
    server,
    proxy,
    log,
    cluster,
    writes,
    start,
    logs: () => agents.map((name) => loggers[name].text()).join(''),
    /** What an agent said of its last run. */
    lastRun: (name: AgentName): LogEntry | undefined => runsOf(name).at(-1),
    agents,

    /**
     * Lets every agent run to the end of a run that began after now.
     * @param patienceMs for how long nothing has to happen before time goes on: large answers are to be read meanwhile
     */
    poll: async (patienceMs = 3): Promise<void> => {
      const before = agents.map((name) => runsOf(name).length);
      const target = before.map((count) => count + 2);
      let still = 0;
      while (agents.some((name, index) => runsOf(name).length < (target[index] ?? 0))) {
        const progress = agents.map((name) => runsOf(name).length).join();
        await delay(1);
        if (server.sending() > 0 && patienceMs > 3) continue;
        still = progress === agents.map((name) => runsOf(name).length).join() ? still + 1 : 0;
        await clock.advance(server.hanging() > 0 ? 2_000 : still >= patienceMs ? 500 : 0);
      }
    },

    async world(): Promise<World> {
      const topics = (await log.admin.listTopics()).filter(({ name }) => !name.startsWith('ccd-registry-'));
      const workloads = await cluster.listWorkloads({});
      const secrets = await cluster.listSecrets({});
      return {
        topics: topics.map(({ name, config: { cleanup } }) => `${name} ${cleanup}`).toSorted(),
        workloads: Object.fromEntries(
          workloads.map(({ name }) => [name, JSON.parse(cluster.specOf(name)?.files['task.json'] ?? 'null')]),
        ),
        secrets: Object.fromEntries(
          secrets.map(({ name }) => [
            name,
            JSON.parse(Buffer.from(cluster.secretData(name)?.['location'] ?? []).toString() || 'null'),
          ]),
        ),
      };
    },

    async restart(): Promise<void> {
      await stopAgents();
      await start();
    },
    async stop(): Promise<void> {
      await stopAgents();
      await proxy.stop();
      await server.stop();
      await cluster.close();
      await log.close();
    },
  };
}

export type HostileRig = Awaited<ReturnType<typeof startHostileRig>>;
