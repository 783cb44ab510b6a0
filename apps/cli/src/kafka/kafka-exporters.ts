import { entities, kafkaExporters as wire } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { optionalText, toggle } from '../command/flag.ts';
import { recursive } from '../command/global-flags.ts';
import { jsonOf, lines, sentence } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import { saveField } from '../saved/save-field.ts';
import { streamNames } from '../streams/streams.ts';

const service = wire.KafkaExportersServiceService;
const cluster = optionalText('--cluster <name>', 'ignored: there is one cluster', { hidden: true });
const save = toggle('--save', 'keep the result in saved-entities/');

const showExporters = (exporters: readonly entities.KafkaExporter[]): Output => ({
  table: () =>
    renderTable<entities.KafkaExporter>(
      [
        ['Kafka Exporter', ({ ref }) => ref?.name],
        ['Stream', ({ streamRef }) => streamRef?.name],
        ['Target Cluster', ({ target }) => target?.clusterRef?.name],
        ['Topic', ({ target }) => target?.topic],
      ],
      exporters,
    ),
  plain: () => lines(exporters.map(({ ref }) => ref?.name ?? '')),
});

const fetchAll = ({ api, project }: ProjectContext) =>
  api.call(service.listKafkaExporters, wire.ListKafkaExportersRequest.create({ projectId: project.id }));

/** The exporter of a name; users are made and listed by it. */
export const fetchKafkaExporter = ({ api, project }: ProjectContext, name: string) =>
  api.call(
    service.getKafkaExporter,
    wire.GetKafkaExporterRequest.create({ ref: { name, projectId: project.id } }),
  );

/** The names of the project's Kafka exporters, for the shell. */
export const kafkaExporterNames = async (context: ProjectContext): Promise<readonly string[]> =>
  (await fetchAll(context)).value.kafkaExporters.map(({ ref }) => ref?.name ?? '');

export const listKafkaExporters = projectCommand({
  name: 'kafka-exporters',
  about: 'list the Kafka exporters of the project',
  async run(context) {
    const answer = await fetchAll(context);
    return { ...jsonOf(answer), ...showExporters(answer.value.kafkaExporters) };
  },
});

export const getKafkaExporter = projectCommand({
  name: 'kafka-exporter',
  args: '<name>',
  about: 'show one Kafka exporter',
  candidates: kafkaExporterNames,
  async run(context) {
    const answer = await fetchKafkaExporter(context, context.args[0] ?? '');
    const { kafkaExporter } = answer.value;
    return { ...jsonOf(answer), ...showExporters(kafkaExporter === undefined ? [] : [kafkaExporter]) };
  },
});

export const createKafkaExporter = projectCommand({
  name: 'kafka-exporter',
  args: '<stream>',
  about: 'let others read a stream from a shared Kafka cluster',
  flags: [cluster, save],
  candidates: streamNames,
  async run({ api, args, flags, folder, project }) {
    const [name = ''] = args;
    const answer = await api.call(service.createKafkaExporter, {
      kafkaExporter: entities.KafkaExporter.create({
        ref: { projectId: project.id },
        streamRef: { name, projectId: project.id },
      }),
    });
    const { kafkaExporter } = answer.value;
    if (flags.get(save)) {
      await saveField(folder, 'KafkaExporter', kafkaExporter?.ref?.name, answer, 'kafkaExporter');
    }
    return { ...jsonOf(answer), ...showExporters(kafkaExporter === undefined ? [] : [kafkaExporter]) };
  },
});

export const deleteKafkaExporter = projectCommand({
  name: 'kafka-exporter',
  args: '<name>',
  about: 'delete a Kafka exporter',
  details: 'One that has users is deleted only with --recursive, and they with it.',
  flags: [recursive],
  candidates: kafkaExporterNames,
  async run(context) {
    const { api, args, flags, project } = context;
    const [name = ''] = args;
    const ref = (await fetchKafkaExporter(context, name)).value.kafkaExporter?.ref;
    const answer = await api.call(service.deleteKafkaExporter, {
      ref: ref ?? entities.KafkaExporterRef.create({ name, projectId: project.id }),
      recursive: flags.get(recursive),
    });
    return { ...jsonOf(answer), ...sentence('Kafka Exporter has been deleted') };
  },
});
