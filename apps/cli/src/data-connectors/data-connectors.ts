import { dataConnectors as wire, entities } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { recursive } from '../command/global-flags.ts';
import { deleteEach } from '../output/delete-each.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import type { Cell, Column } from '../output/table.ts';

const service = wire.DataConnectorsServiceService;

type Connector = entities.DataConnector;

const jdbcTypes: Readonly<Record<number, string>> = {
  [entities.DatabaseType.POSTGRES]: 'POSTGRES',
  [entities.DatabaseType.MYSQL]: 'MYSQL',
  [entities.DatabaseType.BIGQUERY]: 'BIGQUERY',
  [entities.DatabaseType.SNOWFLAKE]: 'SNOWFLAKE',
};

/** What kind of place a connector leads to, and its name there. */
function placeOf({ location }: Connector): readonly [type: string, target: Cell] {
  switch (location?.$case) {
    case 's3Bucket':
      return ['Amazon S3 Bucket', location.value.bucketName];
    case 'googleCloudStorageBucket':
      return ['Google Cloud Storage Bucket', location.value.bucketName];
    case 'azureBlobStorageContainer':
      return ['Azure Blob Storage Container', location.value.containerName];
    case 'jdbcLocation':
      return ['JDBC Database', jdbcTypes[location.value.databaseType]];
    case undefined:
      return ['', ''];
  }
}

const columns: readonly Column<Connector>[] = [
  ['Name', ({ ref }) => ref?.name],
  ['Type', (connector) => placeOf(connector)[0]],
  ['Target Name', (connector) => placeOf(connector)[1]],
];

const dependents: readonly Column<Connector>[] = [
  ['# Batch Exporters', ({ dependentEntities }) => dependentEntities?.batchExporters.length ?? 0],
  [
    '# Batch Jobs',
    ({ dependentEntities }) =>
      (dependentEntities?.batchJobs.length ?? 0) + (dependentEntities?.microAggregationBatchJobs.length ?? 0),
  ],
];

const namesOf = (connectors: readonly Connector[]): readonly string[] =>
  connectors.map(({ ref }) => ref?.name ?? '');

export const showConnectors = (connectors: readonly Connector[], withDependents = false): Output => ({
  table: () => renderTable(withDependents ? [...columns, ...dependents] : columns, connectors),
  plain: () => lines(namesOf(connectors)),
});

/** The data connectors of the project. */
export const fetchConnectors = ({ api, project }: ProjectContext, withDependents = false) =>
  api.call(
    service.listDataConnectors,
    wire.ListDataConnectorsRequest.create({ projectId: project.id, recursive: withDependents }),
  );

const connectorNames = async (context: ProjectContext): Promise<readonly string[]> =>
  namesOf((await fetchConnectors(context)).value.dataConnectors);

export const listDataConnectors = projectCommand({
  name: 'data-connectors',
  about: 'list the data connectors of the project',
  flags: [recursive],
  async run(context) {
    const withDependents = context.flags.get(recursive);
    const answer = await fetchConnectors(context, withDependents);
    return { ...jsonOf(answer), ...showConnectors(answer.value.dataConnectors, withDependents) };
  },
});

export const getDataConnector = projectCommand({
  name: 'data-connector',
  args: '<name>',
  about: 'show one data connector',
  flags: [recursive],
  candidates: connectorNames,
  async run({ api, args, flags, project }) {
    const [name = ''] = args;
    const withDependents = flags.get(recursive);
    const answer = await api.call(
      service.getDataConnector,
      wire.GetDataConnectorRequest.create({
        ref: { name, projectId: project.id },
        recursive: withDependents,
      }),
    );
    const { dataConnector } = answer.value;
    const shown = dataConnector === undefined ? [] : [dataConnector];
    return { ...jsonOf(answer), ...showConnectors(shown, withDependents) };
  },
});

export const deleteDataConnector = projectCommand({
  name: 'data-connector',
  args: '<names...>',
  about: 'delete data connectors',
  details: 'A connector that exporters use is deleted only with --recursive, and they with it.',
  flags: [recursive],
  candidates: connectorNames,
  async run(context) {
    const { api, flags, project } = context;
    const all = flags.get(recursive);
    const told = all
      ? 'Data Connector and dependent entities have been deleted'
      : 'Data Connector has been deleted';
    return deleteEach(context, told, (name) =>
      api.call(
        service.deleteDataConnector,
        wire.DeleteDataConnectorRequest.create({ ref: { name, projectId: project.id }, recursive: all }),
      ),
    );
  },
});
