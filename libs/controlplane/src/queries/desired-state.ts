import { agents, entities } from '@ccd/protocol';
import type { DesiredSnapshot } from '@ccd/reconcile';
import { connectorKey } from '../convert/batch-exporter.ts';
import type { ConnectorUuids } from '../convert/batch-exporter.ts';
import { isUuid } from '../convert/fields.ts';
import type { DesiredBatchExporter, DesiredDataConnector, DesiredStream } from '../domain.ts';
import { hashSpec } from '../snapshot/hash-spec.ts';
import type { HashSpec } from '../snapshot/hash-spec.ts';
import { createConnectorReader, createExporterReader, streamReader } from '../snapshot/item-readers.ts';
import { toSnapshot } from '../snapshot/to-snapshot.ts';
import type { RawAnswer } from '../snapshot/to-snapshot.ts';
import type { GrpcCaller, Method } from '../transport/grpc-caller.ts';

const { getStreams } = agents.StreamsAgentServiceService;
const { getDesiredDataConnectors } = agents.DataConnectorsAgentServiceService;
const { getDesiredBatchExporters } = agents.BatchExportersAgentServiceService;

export async function fetchStreams(
  caller: GrpcCaller,
  signal: AbortSignal,
): Promise<DesiredSnapshot<DesiredStream>> {
  return toSnapshot(getStreams.path, await fetchRaw(caller, getStreams, signal), streamReader);
}

/** @param hash a keyed hash: the specification holds credentials */
export async function fetchDataConnectors(
  caller: GrpcCaller,
  hash: HashSpec,
  signal: AbortSignal,
): Promise<DesiredSnapshot<DesiredDataConnector>> {
  const answer = await fetchRaw(caller, getDesiredDataConnectors, signal);
  return toSnapshot(getDesiredDataConnectors.path, answer, createConnectorReader(hash));
}

/** Exporters name their data connector, so the connectors are asked for as well; both answers have to be whole. */
export async function fetchBatchExporters(
  caller: GrpcCaller,
  signal: AbortSignal,
): Promise<DesiredSnapshot<DesiredBatchExporter>> {
  const answer = await fetchRaw(caller, getDesiredBatchExporters, signal);
  const connectors: ConnectorUuids =
    answer.message.length === 0 ? new Map<string, string>() : await fetchConnectorUuids(caller, signal);
  return toSnapshot(getDesiredBatchExporters.path, answer, createExporterReader(connectors));
}

/** An agent's request is an empty message: who asks stands in the token. */
function fetchRaw(caller: GrpcCaller, method: Method<object>, signal: AbortSignal): Promise<RawAnswer> {
  return caller.unary(method, {}, { signal, idempotent: true });
}

interface NamedConnector {
  readonly uuid: string;
  readonly key: string;
}

/** Reads names and UUIDs and nothing else, so that no credential is looked at. */
async function fetchConnectorUuids(caller: GrpcCaller, signal: AbortSignal): Promise<ConnectorUuids> {
  const answer = await fetchRaw(caller, getDesiredDataConnectors, signal);
  const { items } = toSnapshot<entities.DataConnector, NamedConnector>(
    getDesiredDataConnectors.path,
    answer,
    {
      decode: (bytes) => entities.DataConnector.decode(bytes),
      toSpec: ({ uuid, ref }) => ({ uuid, key: connectorKey(ref ?? { name: '', projectId: '' }) }),
      kind: 'data-connector',
      kindOf: () => 'data-connector',
      mayNameAny: () => [],
      hash: hashSpec,
    },
  );
  return new Map(items.filter(({ spec }) => isUuid(spec.uuid)).map(({ spec }) => [spec.key, spec.uuid]));
}
