import type { entities } from '@ccd/protocol';
import type { DesiredBatchExporter } from '../domain.ts';
import {
  InvalidFieldError,
  isUuid,
  requireMessage,
  requireName,
  requireText,
  requireUuid,
  requireWithin,
} from './fields.ts';

/** UUIDs of data connectors by `connectorKey`: exporters name their connector, they don't carry its UUID. */
export type ConnectorUuids = ReadonlyMap<string, string>;

export function connectorKey({ name, projectId }: { name: string; projectId: string }): string {
  return `${projectId}/${name}`;
}

/** @throws InvalidFieldError */
export function toBatchExporter(
  { uuid, topic, exporter: maybe }: entities.ExtendedBatchExporter,
  connectors: ConnectorUuids,
): DesiredBatchExporter {
  const exporter = requireMessage(maybe, 'exporter');
  const ref = requireMessage(exporter.ref, 'ref');
  const source = requireMessage(exporter.streamOrKeyStreamRef, 'stream_or_key_stream_ref');
  const content = source.$case === 'keyStreamRef' ? 'keys' : 'events';
  const projectId = requireUuid(ref.projectId, 'ref.project_id');
  return {
    uuid: requireUuid(uuid, 'uuid'),
    name: requireName(ref.name, 'ref.name'),
    projectId,
    topic,
    content,
    streamUuid: toStreamUuid(topic, content),
    intervalMs: toIntervalMs(exporter.interval),
    pathPrefix: toPathPrefix(exporter.pathPrefix),
    includeExistingEvents: exporter.includeExistingEvents,
    dataConnectorUuid: findConnector(exporter.dataConnectorRef, projectId, connectors),
  };
}

function toStreamUuid(topic: string, content: DesiredBatchExporter['content']): string {
  const prefix = content === 'keys' ? 'keys-' : 'stream-';
  const uuid = topic.slice(prefix.length);
  if (!topic.startsWith(prefix) || !isUuid(uuid)) {
    throw new InvalidFieldError('topic', `is not ${prefix}<uuid>`);
  }
  return uuid;
}

function toIntervalMs(interval: entities.BatchExporter['interval']): number {
  const { seconds, nanos } = requireMessage(interval, 'interval');
  if (nanos % 1_000_000 !== 0) throw new InvalidFieldError('interval', 'is not a number of milliseconds');
  return requireWithin(Number(seconds) * 1000 + nanos / 1_000_000, 'interval in ms', 30_000, 3_600_000);
}

/** '' or a relative path whose segments are all names. */
function toPathPrefix(prefix: string): string {
  if (prefix === '') return prefix;
  const field = 'path_prefix';
  requireText(prefix, field, 900);
  const isPath = prefix.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (!isPath || prefix.includes('\\')) throw new InvalidFieldError(field, 'is not a path of names');
  if (prefix.includes('.well-known/acme-challenge')) throw new InvalidFieldError(field, 'is reserved');
  return prefix;
}

function findConnector(
  ref: entities.DataConnectorRef | undefined,
  projectId: string,
  connectors: ConnectorUuids,
): string {
  const field = 'data_connector_ref';
  const { name, projectId: ownProject } = requireMessage(ref, field);
  const uuid = connectors.get(connectorKey({ name, projectId: ownProject === '' ? projectId : ownProject }));
  if (uuid === undefined) throw new InvalidFieldError(field, 'names no usable data connector');
  return uuid;
}
