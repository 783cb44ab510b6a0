import { createWorkloadResources, secretReferenceCodec } from '@ccd/cluster';
import {
  connectorSecretName,
  loadGuardrails,
  planResources,
  refuseLocation,
  startAgent,
  toNetworkOptions,
} from '@ccd/dataplane';
import type { AgentDependencies, clusterSettings } from '@ccd/dataplane';
import type { DesiredDataConnector } from '@ccd/controlplane';
import type { RunningService } from '@ccd/service';
import { proveDatabase } from '@ccd/storage';
import type { ConnectorsAgentConfig } from './config.ts';
import { connectorOf, planConnectorSecret, secretKind } from './connector-secrets.ts';
import { createDatabaseProofs } from './database-proofs.ts';

export const agentName = 'data-connectors-agent';

/** Starts the agent that keeps a Secret for every data connector, and proves those that lead to databases. */
export async function startDataConnectorsAgent(
  config: Omit<ConnectorsAgentConfig, keyof typeof clusterSettings>,
  dependencies: AgentDependencies,
): Promise<RunningService> {
  const { cluster, controlPlane, clock, logger } = dependencies;
  const network = toNetworkOptions(config);
  const proofs = createDatabaseProofs({
    ...{ clock, logger, intervalMs: config.DATABASE_CHECK_INTERVAL_MS },
    prove: (location, signal) => proveDatabase(location, { network, signal, clock }),
  });
  return startAgent({
    ...dependencies,
    name: agentName,
    component: 'DATA_CONNECTORS_AGENT',
    config,
    kinds: [secretKind],
    plan: async (signal) => {
      // Also while there is no answer.
      proofs.refresh();
      const guardrails = await loadGuardrails(config.GUARDRAILS_FILE);
      const answer = await controlPlane.desiredDataConnectors(signal);
      const refuse = ({ location }: DesiredDataConnector) => refuseLocation(guardrails, location);
      proofs.keep(answer.items.filter(({ spec }) => refuse(spec) === undefined));
      return planResources(answer, {
        toResources: (connectors) => connectors.map(planConnectorSecret),
        keysOf: ({ id }) => [{ kind: secretKind, id: connectorSecretName(id) }],
        refuse,
      });
    },
    ...createWorkloadResources({
      cluster,
      agent: agentName,
      labels: { 'ccd/installation': config.STRM_INSTALLATION_ID, 'ccd/agent': agentName },
      clock: dependencies.clock,
    }).secrets(secretKind),
    codec: secretReferenceCodec,
    statusOf: ({ labels }) => proofs.statusOf(connectorOf(labels)),
    components: [proofs.component],
  });
}
