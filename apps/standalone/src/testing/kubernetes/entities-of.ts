import type { DesiredBatchExporter, DesiredDataConnector, DesiredStream } from '@ccd/controlplane';
import { projectId, uuidOf } from '@ccd/controlplane/testing';

/** A source with its keys and one derived stream. Numbers stand for UUIDs; the derived stream has the hundredfold. */
export const streamsOf = (number: number): readonly DesiredStream[] => {
  const common = { uuid: uuidOf(number), name: `source ${number}`, projectId, enabled: true };
  const derived = uuidOf(number * 100);
  return [
    { ...common, kind: 'source', topic: `stream-${uuidOf(number)}`, policyId: '' },
    { ...common, kind: 'keys', topic: `keys-${uuidOf(number)}` },
    {
      ...common,
      kind: 'derived',
      uuid: derived,
      name: `derived ${number}`,
      topic: `stream-${derived}`,
      policyId: '',
      source: `source ${number}`,
      consent: { type: 'GRANULAR', levels: [1] },
    },
  ];
};

export const connectorOf = (number: number): DesiredDataConnector => ({
  uuid: uuidOf(number),
  name: `connector ${number}`,
  projectId,
  location: JSON.stringify({ type: 's3', bucket: 'bucket', credentials: '{"url":"file:///"}' }),
});

/** Of the source of that number, by the connector of that number. */
export const exporterOf = (number: number, pathPrefix = 'in/here'): DesiredBatchExporter => ({
  uuid: uuidOf(number),
  name: `exporter ${number}`,
  projectId,
  topic: `stream-${uuidOf(number)}`,
  content: 'events',
  streamUuid: uuidOf(number),
  intervalMs: 60_000,
  pathPrefix,
  includeExistingEvents: false,
  dataConnectorUuid: uuidOf(number),
});

export const decrypterOf = (number: number): string => `decrypter-${uuidOf(number)}`;
export const exporterNameOf = (number: number): string => `batch-exporter-${uuidOf(number)}`;
