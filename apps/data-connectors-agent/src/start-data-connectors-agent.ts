import { createWorkloadResources, secretReferenceCodec } from '@ccd/cluster';
import {
  connectorSecretName,
  loadGuardrails,
  planResources,
  refuseLocation,
  startAgent,
} from '@ccd/dataplane';
import type { AgentConfig, AgentDependencies } from '@ccd/dataplane';
import type { RunningService } from '@ccd/service';
import { planConnectorSecret, secretKind } from './connector-secrets.ts';

export const agentName = 'data-connectors-agent';

/** Starts the agent that keeps a Secret for every data connector. */
export async function startDataConnectorsAgent(
  config: Omit<AgentConfig, 'CLUSTER_ENGINE' | 'CLUSTER_DIR' | 'APPS_DIR'>,
  dependencies: AgentDependencies,
): Promise<RunningService> {
  const { cluster, controlPlane } = dependencies;
  return startAgent({
    ...dependencies,
    name: agentName,
    component: 'DATA_CONNECTORS_AGENT',
    config,
    kinds: [secretKind],
    plan: async (signal) => {
      const guardrails = await loadGuardrails(config.GUARDRAILS_FILE);
      return planResources(await controlPlane.desiredDataConnectors(signal), {
        toResources: (connectors) => connectors.map(planConnectorSecret),
        keysOf: ({ id }) => [{ kind: secretKind, id: connectorSecretName(id) }],
        refuse: ({ location }) => refuseLocation(guardrails, location),
      });
    },
    ...createWorkloadResources({
      cluster,
      agent: agentName,
      labels: { 'ccd/installation': config.STRM_INSTALLATION_ID, 'ccd/agent': agentName },
    }).secrets(secretKind),
    codec: secretReferenceCodec,
    statusOf: () => undefined,
  });
}
