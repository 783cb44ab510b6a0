import { batchExporters, entities } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import type { ConnectorStore } from '../data-connectors/connector-store.ts';
import type { Queryable } from '../database/database.ts';
import { advanceRevision, recordRemoval } from '../desired-state/revision.ts';
import type { ProjectAccess } from '../projects/project-access.ts';
import { requireOpenProject, requireProject } from '../projects/project-access.ts';
import { implement } from '../rpc/handlers.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { invalidArgument, notFound } from '../rpc/status-error.ts';
import type { StreamStore } from '../streams/stream-store.ts';
import { toUserExporter } from './exporter-messages.ts';
import type { ExporterStore, StoredExporter } from './exporter-store.ts';

export interface BatchExportersServiceOptions extends ServiceContext {
  readonly streams: StreamStore;
  readonly connectors: ConnectorStore;
  readonly exporters: ExporterStore;
}

/** Exports of a stream, or of a stream's keys, to the place that a data connector names. */
export function createBatchExportersService(options: BatchExportersServiceOptions): Implementation {
  const { database, clock, exporters } = options;

  async function create(
    transaction: Queryable,
    project: ProjectAccess,
    wanted: entities.BatchExporter,
  ): Promise<StoredExporter> {
    const source = sourceOf(wanted);
    const stream = await options.streams.find(transaction, project.id, source.streamName);
    if (stream === undefined) throw notFound('Stream', source.streamName);
    if (source.content === 'keys' && stream.sourceId !== undefined) {
      throw notFound('Key stream', source.streamName);
    }
    const connectorName = wanted.dataConnectorRef?.name ?? '';
    const connector = await options.connectors.find(transaction, project.id, connectorName);
    if (connector === undefined) throw notFound('Data connector', connectorName);
    if (connector.message.location?.$case === 'jdbcLocation') {
      throw invalidArgument(
        `Data connector '${connectorName}' is a database; streams are exported to object stores`,
      );
    }
    checkPathPrefix(wanted.pathPrefix);

    const suffix = source.content === 'keys' ? '-keys' : '';
    const name = wanted.ref?.name || `${connectorName}-${source.streamName}${suffix}`;
    const projectId = project.id;
    const message = entities.BatchExporter.create({
      ref: entities.BatchExporterRef.create({ name, projectId }),
      streamOrKeyStreamRef:
        source.content === 'keys'
          ? { $case: 'keyStreamRef', value: entities.KeyStreamRef.create({ name: stream.name, projectId }) }
          : { $case: 'streamRef', value: entities.StreamRef.create({ name: stream.name, projectId }) },
      interval: wanted.interval ?? { seconds: 60n, nanos: 0 },
      pathPrefix: wanted.pathPrefix,
      includeExistingEvents: wanted.includeExistingEvents,
      dataConnectorRef: entities.DataConnectorRef.create({ name: connectorName, projectId }),
    });
    const stored = await exporters.insert(
      transaction,
      {
        projectId,
        name,
        streamId: stream.id,
        content: source.content,
        dataConnectorId: connector.id,
        message,
      },
      new Date(clock.now()),
    );
    await advanceRevision(transaction, project.installationId);
    return stored;
  }

  return implement(batchExporters.BatchExportersServiceService, {
    async createBatchExporter({ batchExporter }, { principal }) {
      if (batchExporter?.ref === undefined) throw invalidArgument('batch_exporter.ref is required');
      const { projectId } = batchExporter.ref;
      const stored = await database.transaction(async (transaction) =>
        create(transaction, await requireOpenProject(transaction, principal, projectId), batchExporter),
      );
      return { batchExporter: toUserExporter(stored) };
    },

    async getBatchExporter({ ref }, { principal }) {
      const project = await requireProject(database, principal, ref?.projectId ?? '');
      const stored = await exporters.find(database, project.id, ref?.name ?? '');
      if (stored === undefined) throw notFound('Batch exporter', ref?.name ?? '');
      return { batchExporter: toUserExporter(stored) };
    },

    async listBatchExporters({ projectId }, { principal }) {
      const project = await requireProject(database, principal, projectId);
      const stored = await exporters.ofProject(database, project.id);
      return { batchExporters: stored.map(toUserExporter) };
    },

    async deleteBatchExporter({ ref }, { principal }) {
      const name = ref?.name ?? '';
      await database.transaction(async (transaction) => {
        const { id: projectId, installationId } = await requireProject(
          transaction,
          principal,
          ref?.projectId ?? '',
        );
        const stored = await exporters.find(transaction, projectId, name);
        if (stored === undefined) throw notFound('Batch exporter', name);
        await exporters.remove(transaction, stored.id);
        await recordRemoval(transaction, installationId, 'batch-exporter', stored.id);
        await advanceRevision(transaction, installationId);
      });
      return {};
    },
  });
}

function sourceOf({ streamOrKeyStreamRef: source }: entities.BatchExporter): {
  readonly content: 'events' | 'keys';
  readonly streamName: string;
} {
  if (source === undefined)
    throw invalidArgument('A batch exporter needs a stream or a key stream to export');
  return { content: source.$case === 'keyStreamRef' ? 'keys' : 'events', streamName: source.value.name };
}

/** The prefix becomes part of object keys, where `..` and its like mean something else to some stores. */
function checkPathPrefix(prefix: string): void {
  if (prefix === '') return;
  const unsafe = prefix.split('/').some((segment) => ['', '.', '..'].includes(segment));
  if (unsafe || prefix.includes('\\') || /\p{Cc}/u.test(prefix)) {
    throw invalidArgument(
      "The path prefix must be names joined by '/', without a '/' at either end, '.', '..' or control characters",
    );
  }
}
