import { createWorkloadResources, workloadSpecCodec } from '@ccd/cluster';
import type { LiveWorkload } from '@ccd/cluster';
import { loadGuardrails, planResources, refuseContent, startAgent } from '@ccd/dataplane';
import type { AgentDependencies } from '@ccd/dataplane';
import type { RunningService } from '@ccd/service';
import type { ExportersAgentConfig } from './config.ts';
import { exporterKind, exporterName, planExporter } from './exporters.ts';

export const agentName = 'exporters-agent';

/** Starts the agent that keeps a worker for every batch exporter. */
export async function startExportersAgent(
  config: ExportersAgentConfig,
  dependencies: AgentDependencies,
): Promise<RunningService> {
  const { cluster, controlPlane } = dependencies;
  return startAgent({
    ...dependencies,
    name: agentName,
    component: 'BATCH_EXPORTERS_AGENT',
    config,
    kinds: [exporterKind],
    plan: async (signal) => {
      const guardrails = await loadGuardrails(config.GUARDRAILS_FILE);
      return planResources(await controlPlane.desiredBatchExporters(signal), {
        toResources: (exporters) => exporters.map(planExporter),
        keysOf: ({ id }) => [{ kind: exporterKind, id: exporterName(id) }],
        refuse: ({ content }) => refuseContent(guardrails, content),
      });
    },
    ...createWorkloadResources({
      cluster,
      agent: agentName,
      labels: { 'ccd/installation': config.STRM_INSTALLATION_ID, 'ccd/agent': agentName },
      clock: dependencies.clock,
    }).workloads(exporterKind),
    codec: workloadSpecCodec,
    statusOf: ({ status }) => status,
    ...(config.REPORT_WORKER_LOGS && { workloadOf: ({ name }: LiveWorkload) => name }),
  });
}
