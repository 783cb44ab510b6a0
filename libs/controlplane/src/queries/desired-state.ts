import { agents, entities } from '@ccd/protocol';
import type { Desired } from '@ccd/reconcile';
import { connectorKey } from '../convert/batch-exporter.ts';
import type { ConnectorUuids } from '../convert/batch-exporter.ts';
import { isUuid } from '../convert/fields.ts';
import type { ControlPlane } from '../domain.ts';
import { hashSpec } from '../snapshot/hash-spec.ts';
import type { HashSpec } from '../snapshot/hash-spec.ts';
import { createConnectorReader, createExporterReader, streamReader } from '../snapshot/item-readers.ts';
import { createSnapshotReader } from '../snapshot/snapshot-reader.ts';
import type { ItemReader } from '../snapshot/snapshot-reader.ts';
import type { WholeAnswer } from '../snapshot/whole-answer.ts';
import type { GrpcCaller } from '../transport/grpc-caller.ts';
import { createListQuery } from './list-query.ts';

const { getStreams } = agents.StreamsAgentServiceService;
const { getDesiredDataConnectors } = agents.DataConnectorsAgentServiceService;
const { getDesiredBatchExporters } = agents.BatchExportersAgentServiceService;

export type DesiredState = Pick<
  ControlPlane,
  'desiredStreams' | 'desiredDataConnectors' | 'desiredBatchExporters'
>;

/**
 * The lists that agents ask for.
 * @param connectorHash a keyed hash: the specification of a connector holds credentials
 */
export function createDesiredState(caller: GrpcCaller, connectorHash: HashSpec): DesiredState {
  const streams = createListQuery(caller, getStreams);
  const connectors = createListQuery(caller, getDesiredDataConnectors);
  const exporters = createListQuery(caller, getDesiredBatchExporters);
  const readStreams = createSnapshotReader(streamReader);
  const readConnectors = createSnapshotReader(createConnectorReader(connectorHash));
  const readExporters = createExporterSnapshots();

  return {
    desiredStreams: async (signal) => readStreams(await streams(signal)),
    desiredDataConnectors: async (signal) => readConnectors(await connectors(signal)),
    async desiredBatchExporters(signal) {
      const answer = await exporters(signal);
      // Exporters name their data connector, so that the answer about those has to be whole as well.
      return readExporters(answer, answer.parts.length === 0 ? undefined : await connectors(signal));
    },
  };
}

interface NamedConnector {
  readonly uuid: string;
  readonly key: string;
}

/** Reads names and UUIDs and nothing else, so that no credential is looked at. */
const connectorNames: ItemReader<entities.DataConnector, NamedConnector> = {
  decode: (bytes) => entities.DataConnector.decode(bytes),
  toSpec: ({ uuid, ref }) => ({ uuid, key: connectorKey(ref ?? { name: '', projectId: '' }) }),
  kind: 'data-connector',
  kindOf: () => 'data-connector',
  mayNameAny: () => [],
  hash: hashSpec,
};

/** Exporters are read anew when they have changed, or the connectors that they name. */
function createExporterSnapshots() {
  const readNames = createSnapshotReader(connectorNames);
  const withConnectors = (names: readonly Desired<NamedConnector>[]) => ({
    names,
    read: createSnapshotReader(createExporterReader(toUuids(names))),
  });
  const none: readonly Desired<NamedConnector>[] = [];
  let current = withConnectors(none);

  return (exporters: WholeAnswer, connectors: WholeAnswer | undefined) => {
    const names = connectors === undefined ? none : readNames(connectors).items;
    if (names !== current.names) current = withConnectors(names);
    return current.read(exporters);
  };
}

function toUuids(names: readonly Desired<NamedConnector>[]): ConnectorUuids {
  return new Map(names.filter(({ spec }) => isUuid(spec.uuid)).map(({ spec }) => [spec.key, spec.uuid]));
}
