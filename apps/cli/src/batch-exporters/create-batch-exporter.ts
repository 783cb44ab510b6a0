import { batchExporters as wire, entities } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { integer, optionalText, text, toggle } from '../command/flag.ts';
import { fetchConnectors } from '../data-connectors/data-connectors.ts';
import { jsonOf } from '../output/output.ts';
import { streamNames } from '../streams/streams.ts';
import { showExporters } from './batch-exporters.ts';

const dataConnector = optionalText(
  '--data-connector <name>',
  'where to write; may be left out when the project has exactly one',
);
const exporterName = text('--name <name>', 'name of the exporter; the server makes one up when absent', '');
const pathPrefix = text('--path-prefix <prefix>', 'folder inside the bucket', '');
const interval = integer('--interval <seconds>', 'a file is written every so many seconds', 60);
const exportKeys = toggle('--export-keys', "export the stream's encryption keys instead of its events");
const includeExisting = toggle(
  '--include-existing-events',
  'start with the oldest event that is still there',
);

export const createBatchExporter = projectCommand({
  name: 'batch-exporter',
  args: '<stream>',
  about: 'write the events of a stream, or its keys, to files',
  examples: [
    'create batch-exporter demo --data-connector my-bucket --path-prefix events',
    'create batch-exporter demo --export-keys --path-prefix keys',
  ],
  flags: [dataConnector, exporterName, pathPrefix, interval, exportKeys, includeExisting],
  candidates: streamNames,
  async run(context) {
    const { api, args, flags, project } = context;
    const [name = ''] = args;
    const source = { name, projectId: project.id, billingId: '' };
    const answer = await api.call(wire.BatchExportersServiceService.createBatchExporter, {
      batchExporter: entities.BatchExporter.create({
        ref: { name: flags.get(exporterName), projectId: project.id },
        streamOrKeyStreamRef: {
          $case: flags.get(exportKeys) ? 'keyStreamRef' : 'streamRef',
          value: source,
        },
        interval: { seconds: BigInt(flags.get(interval)), nanos: 0 },
        pathPrefix: flags.get(pathPrefix),
        includeExistingEvents: flags.get(includeExisting),
        dataConnectorRef: { name: await connectorOf(context), projectId: project.id },
      }),
    });
    const { batchExporter } = answer.value;
    return { ...jsonOf(answer), ...showExporters(batchExporter === undefined ? [] : [batchExporter]) };
  },
});

async function connectorOf(context: ProjectContext): Promise<string> {
  const given = context.flags.get(dataConnector);
  if (given !== undefined) return given;
  const { dataConnectors } = (await fetchConnectors(context)).value;
  const [first, ...others] = dataConnectors;
  if (first?.ref === undefined) {
    throw new CliError('The project has no data connector. See: strm create data-connector --help');
  }
  if (others.length === 0) return first.ref.name;
  const names = dataConnectors.map(({ ref }) => ref?.name).join(', ');
  throw new CliError(`The project has several data connectors; give --data-connector, one of ${names}`);
}
