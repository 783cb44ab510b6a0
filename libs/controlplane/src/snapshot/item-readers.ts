import { entities } from '@ccd/protocol';
import type { ResourceKey } from '@ccd/reconcile';
import { toBatchExporter } from '../convert/batch-exporter.ts';
import type { ConnectorUuids } from '../convert/batch-exporter.ts';
import { toDataConnector } from '../convert/data-connector.ts';
import { isUuid } from '../convert/fields.ts';
import { toStream } from '../convert/stream.ts';
import type { DesiredBatchExporter, DesiredDataConnector, DesiredStream, EntityKind } from '../domain.ts';
import { hashSpec } from './hash-spec.ts';
import type { HashSpec } from './hash-spec.ts';
import type { ItemReader } from './snapshot-reader.ts';

export const streamReader: ItemReader<entities.ExtendedStream, DesiredStream> = {
  decode: (bytes) => entities.ExtendedStream.decode(bytes),
  toSpec: toStream,
  kind: 'stream',
  kindOf: ({ kind }) => (kind === 'keys' ? 'key-stream' : 'stream'),
  mayNameAny({ topic, uuid, keyStream }) {
    const [, prefix, inTopic = ''] = /^(stream|keys)-(.*)$/s.exec(topic) ?? [];
    const kinds = new Set<EntityKind>([keyStream ? 'key-stream' : 'stream']);
    if (prefix !== undefined) kinds.add(prefix === 'keys' ? 'key-stream' : 'stream');
    return [...kinds].flatMap((kind) => toKeys(kind, [uuid, inTopic]));
  },
  hash: hashSpec,
};

/** @param hash a keyed hash, so that no credential can be guessed from it */
export function createConnectorReader(
  hash: HashSpec,
): ItemReader<entities.DataConnector, DesiredDataConnector> {
  return {
    decode: (bytes) => entities.DataConnector.decode(bytes),
    toSpec: toDataConnector,
    kind: 'data-connector',
    kindOf: () => 'data-connector',
    mayNameAny: ({ uuid }) => toKeys('data-connector', [uuid]),
    hash,
  };
}

export function createExporterReader(
  connectors: ConnectorUuids,
): ItemReader<entities.ExtendedBatchExporter, DesiredBatchExporter> {
  return {
    decode: (bytes) => entities.ExtendedBatchExporter.decode(bytes),
    toSpec: (item) => toBatchExporter(item, connectors),
    kind: 'batch-exporter',
    kindOf: () => 'batch-exporter',
    mayNameAny: ({ uuid }) => toKeys('batch-exporter', [uuid]),
    hash: hashSpec,
  };
}

function toKeys(kind: EntityKind, ids: readonly string[]): ResourceKey[] {
  const uuids = new Set(ids.map((id) => id.toLowerCase()).filter(isUuid));
  return [...uuids].map((id) => ({ kind, id }));
}
