import { readKnownAnswer } from '@ccd/controlplane';
import { agents } from '@ccd/protocol';
import { toExtendedExporter } from '../batch-exporters/exporter-messages.ts';
import type { ExporterStore } from '../batch-exporters/exporter-store.ts';
import type { ServiceContext } from '../context.ts';
import type { ConnectorStore } from '../data-connectors/connector-store.ts';
import type { BuildDesired } from '../desired-state/desired-states.ts';
import { requireInstallation } from '../projects/project-access.ts';
import type { Call, Implementation } from '../rpc/handlers.ts';
import { EncodedResponse, implement } from '../rpc/handlers.ts';
import { toExtendedStreams } from '../streams/stream-messages.ts';
import type { StreamStore } from '../streams/stream-store.ts';

export interface AgentsServicesOptions extends ServiceContext {
  readonly streams: StreamStore;
  readonly connectors: ConnectorStore;
  readonly exporters: ExporterStore;
}

/** What each agent asks: the whole list of what its installation should run. */
export function createAgentsServices(options: AgentsServicesOptions): readonly Implementation[] {
  const answer = async (kind: string, call: Call, build: BuildDesired): Promise<EncodedResponse> => {
    const installationId = requireInstallation(call.principal);
    const known = readKnownAnswer(call.metadata);
    return new EncodedResponse(await options.desired.answer({ kind, installationId, known, build }));
  };

  return [
    implement(agents.StreamsAgentServiceService, {
      getStreams: (_request, call) =>
        answer('streams', call, async (database, installationId) => {
          const stored = await options.streams.ofInstallation(database, installationId);
          const extendedStreams = stored.flatMap(toExtendedStreams);
          return {
            bytes: agents.GetStreamsResponse.encode({ extendedStreams }).finish(),
            count: extendedStreams.length,
          };
        }),
    }),
    implement(agents.DataConnectorsAgentServiceService, {
      getDesiredDataConnectors: (_request, call) =>
        answer('data-connectors', call, async (database, installationId) => {
          const stored = await options.connectors.ofInstallation(database, installationId);
          const dataConnectors = stored.map(({ message }) => message);
          return {
            bytes: agents.GetDesiredDataConnectorsResponse.encode({ dataConnectors }).finish(),
            count: dataConnectors.length,
          };
        }),
    }),
    implement(agents.BatchExportersAgentServiceService, {
      getDesiredBatchExporters: (_request, call) =>
        answer('batch-exporters', call, async (database, installationId) => {
          const stored = await options.exporters.ofInstallation(database, installationId);
          const exporters = stored.map(toExtendedExporter);
          return {
            bytes: agents.GetDesiredBatchExportersResponse.encode({ exporters }).finish(),
            count: exporters.length,
          };
        }),
    }),
    implement(agents.BatchJobsAgentServiceService, {
      // The batch engine comes later; until then no job is accepted, so none should run.
      getDesiredBatchJobs: (_request, call) =>
        answer('batch-jobs', call, async () => ({
          bytes: agents.GetDesiredBatchJobsResponse.encode({ extendedBatchJobs: [] }).finish(),
          count: 0,
        })),
    }),
  ];
}
