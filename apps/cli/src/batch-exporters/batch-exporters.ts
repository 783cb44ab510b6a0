import { batchExporters as wire } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { deleteEach } from '../output/delete-each.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import type { Column } from '../output/table.ts';

const service = wire.BatchExportersServiceService;

type Exporter = entities.BatchExporter;

function sourceOf({ streamOrKeyStreamRef: source }: Exporter): string {
  if (source === undefined) return '';
  return source.$case === 'streamRef' ? source.value.name : `${source.value.name} (key stream)`;
}

const columns: readonly Column<Exporter>[] = [
  ['Batch Exporter', ({ ref }) => ref?.name],
  ['Stream', sourceOf],
  ['Data Connector', ({ dataConnectorRef }) => dataConnectorRef?.name],
  ['Include Existing Events', ({ includeExistingEvents }) => includeExistingEvents],
  ['Interval', ({ interval }) => `${interval?.seconds ?? 0n} seconds`],
  ['Path Prefix', ({ pathPrefix }) => pathPrefix],
];

const namesOf = (exporters: readonly Exporter[]): readonly string[] =>
  exporters.map(({ ref }) => ref?.name ?? '');

export const showExporters = (exporters: readonly Exporter[]): Output => ({
  table: () => renderTable(columns, exporters),
  plain: () => lines(namesOf(exporters)),
});

const fetchAll = ({ api, project }: ProjectContext) =>
  api.call(service.listBatchExporters, wire.ListBatchExportersRequest.create({ projectId: project.id }));

/** The names of the project's batch exporters, for the shell. */
export const batchExporterNames = async (context: ProjectContext): Promise<readonly string[]> =>
  namesOf((await fetchAll(context)).value.batchExporters);

export const listBatchExporters = projectCommand({
  name: 'batch-exporters',
  about: 'list the batch exporters of the project',
  async run(context) {
    const answer = await fetchAll(context);
    return { ...jsonOf(answer), ...showExporters(answer.value.batchExporters) };
  },
});

export const getBatchExporter = projectCommand({
  name: 'batch-exporter',
  args: '<name>',
  about: 'show one batch exporter',
  candidates: batchExporterNames,
  async run({ api, args, project }) {
    const [name = ''] = args;
    const answer = await api.call(
      service.getBatchExporter,
      wire.GetBatchExporterRequest.create({ ref: { name, projectId: project.id } }),
    );
    const { batchExporter } = answer.value;
    return { ...jsonOf(answer), ...showExporters(batchExporter === undefined ? [] : [batchExporter]) };
  },
});

export const deleteBatchExporter = projectCommand({
  name: 'batch-exporter',
  args: '<names...>',
  about: 'delete batch exporters',
  details: 'The files that they wrote stay.',
  candidates: batchExporterNames,
  async run(context) {
    const { api, project } = context;
    return deleteEach(context, 'Batch Exporter has been deleted', (name) =>
      api.call(
        service.deleteBatchExporter,
        wire.DeleteBatchExporterRequest.create({ ref: { name, projectId: project.id } }),
      ),
    );
  },
});
