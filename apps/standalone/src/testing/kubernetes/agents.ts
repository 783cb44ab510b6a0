import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectCluster } from '@ccd/cluster';
import type { ControlPlane } from '@ccd/controlplane';
import { startDataConnectorsAgent } from '@ccd/data-connectors-agent';
import type { EventLog } from '@ccd/eventlog';
import { startExportersAgent } from '@ccd/exporters-agent';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import type { RunningService } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { startStreamsAgent } from '@ccd/streams-agent';
import { settingsOfAgents } from '../agent-settings.ts';

export interface AgentsOptions {
  /** For a file of theirs. */
  readonly folder: string;
  /** A file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly installationId: string;
  /** Of one agent; it is closed with it. */
  readonly controlPlane: () => ControlPlane;
  readonly log: () => Promise<EventLog>;
  readonly clock?: Clock;
  readonly pollIntervalMs?: number;
}

/** The three agents, as they are in pods of their own. */
export interface Agents {
  /** What they said, a line each. */
  logs(): string;
  stop(): Promise<void>;
}

/** What pods are made from; none ever runs. */
export const workloadTemplate = `
registry: { kind: private, url: registry.example }
apps:
  decrypter: { image: { name: events/decrypter, tag: v1 } }
  batch-exporter: { image: { name: exporters, tag: v1 } }
`;

/** Starts the three agents in this process, each with a connection of its own to the API server. */
export async function startAgentsOn(options: AgentsOptions): Promise<Agents> {
  const { folder, kubeconfig, namespace, installationId, clock = systemClock } = options;
  const templateFile = join(folder, 'template.yaml');
  await writeFile(templateFile, workloadTemplate);
  const loggers: ReturnType<typeof createCapturingLogger>[] = [];
  const running: RunningService[] = [];
  const closing: (() => unknown)[] = [];
  const config = {
    ...settingsOfAgents,
    POLL_INTERVAL_MS: options.pollIntervalMs ?? 600_000,
    STRM_INSTALLATION_ID: installationId,
  };

  const parts = async (name: string) => {
    const { logger, text, entries } = createCapturingLogger(name);
    loggers.push({ logger, text, entries });
    const controlPlane = options.controlPlane();
    const cluster = await connectCluster(
      { engine: 'kubernetes', kubeconfig, namespace, templateFile },
      { clock },
    );
    closing.push(
      () => {
        controlPlane.close();
      },
      () => cluster.close(),
    );
    return { clock, logger, controlPlane, cluster };
  };
  const log = await options.log();
  closing.push(() => log.close());
  running.push(
    await startDataConnectorsAgent(config, await parts('data-connectors-agent')),
    await startStreamsAgent(config, { ...(await parts('streams-agent')), log }),
    await startExportersAgent(config, await parts('exporters-agent')),
  );
  return {
    logs: () => loggers.map(({ text }) => text()).join(''),
    async stop() {
      await Promise.all(running.splice(0).map((service) => service.stop('the test is over')));
      for (const close of closing.splice(0)) await close();
    },
  };
}
