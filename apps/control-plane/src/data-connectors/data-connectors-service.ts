import { dataConnectors, entities } from '@ccd/protocol';
import type { ExporterStore } from '../batch-exporters/exporter-store.ts';
import { toUserExporter } from '../batch-exporters/exporter-messages.ts';
import type { ServiceContext } from '../context.ts';
import { advanceRevision, recordRemoval } from '../desired-state/revision.ts';
import { requireOpenProject, requireProject } from '../projects/project-access.ts';
import { implement } from '../rpc/handlers.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { failedPrecondition, invalidArgument, notFound } from '../rpc/status-error.ts';
import { checkLocation } from './check-location.ts';
import type { ConnectorStore, StoredConnector } from './connector-store.ts';
import { withoutCredentials } from './without-credentials.ts';

export interface DataConnectorsServiceOptions extends ServiceContext {
  readonly connectors: ConnectorStore;
  readonly exporters: ExporterStore;
}

interface Detail {
  readonly recursive: boolean;
  readonly includeCredentials: boolean;
}

/** Buckets and databases with the credentials to reach them. */
export function createDataConnectorsService(options: DataConnectorsServiceOptions): Implementation {
  const { database, clock, connectors, exporters } = options;

  async function toMessage(stored: StoredConnector, detail: Detail): Promise<entities.DataConnector> {
    const { message } = stored;
    const location = detail.includeCredentials ? message.location : withoutCredentials(message.location);
    if (!detail.recursive) return { ...message, location };
    const attached = await exporters.ofConnector(database, stored.id);
    return {
      ...message,
      location,
      dependentEntities: entities.DataConnectorDependentEntities.create({
        batchExporters: attached.map(toUserExporter),
      }),
    };
  }

  return implement(dataConnectors.DataConnectorsServiceService, {
    async createDataConnector({ dataConnector }, { principal }) {
      const ref = dataConnector?.ref;
      if (dataConnector === undefined || ref === undefined)
        throw invalidArgument('data_connector.ref is required');
      if (dataConnector.location === undefined) {
        throw invalidArgument('A data connector needs a location: a bucket, a container or a database');
      }
      checkLocation(dataConnector.location);
      const stored = await database.transaction(async (transaction) => {
        const project = await requireOpenProject(transaction, principal, ref.projectId);
        const created = await connectors.insert(
          transaction,
          { projectId: project.id, name: ref.name, message: dataConnector },
          new Date(clock.now()),
        );
        await advanceRevision(transaction, project.installationId);
        return created;
      });
      return { dataConnector: await toMessage(stored, { recursive: false, includeCredentials: false }) };
    },

    async getDataConnector({ ref, ...detail }, { principal }) {
      const project = await requireProject(database, principal, ref?.projectId ?? '');
      const stored = await connectors.find(database, project.id, ref?.name ?? '');
      if (stored === undefined) throw notFound('Data connector', ref?.name ?? '');
      return { dataConnector: await toMessage(stored, detail) };
    },

    async listDataConnectors({ projectId, ...detail }, { principal }) {
      const project = await requireProject(database, principal, projectId);
      const stored = await connectors.ofProject(database, project.id);
      return { dataConnectors: await Promise.all(stored.map((each) => toMessage(each, detail))) };
    },

    async deleteDataConnector({ ref, recursive }, { principal }) {
      const name = ref?.name ?? '';
      await database.transaction(async (transaction) => {
        const { id: projectId, installationId } = await requireProject(
          transaction,
          principal,
          ref?.projectId ?? '',
        );
        const stored = await connectors.find(transaction, projectId, name);
        if (stored === undefined) throw notFound('Data connector', name);
        const attached = await exporters.ofConnector(transaction, stored.id);
        if (attached.length > 0 && !recursive) {
          const names = attached.map((each) => each.name).join(', ');
          throw failedPrecondition(
            `Cannot delete data connector '${name}' because it has batch exporters (${names}) attached to it; ` +
              'delete those first, or delete the connector recursively',
          );
        }
        for (const { id } of attached) {
          await exporters.remove(transaction, id);
          await recordRemoval(transaction, installationId, 'batch-exporter', id);
        }
        await connectors.remove(transaction, stored.id);
        await recordRemoval(transaction, installationId, 'data-connector', stored.id);
        await advanceRevision(transaction, installationId);
      });
      return {};
    },
  });
}
