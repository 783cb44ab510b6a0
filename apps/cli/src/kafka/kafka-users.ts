import { entities, kafkaUsers as wire } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { toggle } from '../command/flag.ts';
import { deleteEach } from '../output/delete-each.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import { saveField } from '../saved/save-field.ts';
import { fetchKafkaExporter, kafkaExporterNames } from './kafka-exporters.ts';

const service = wire.KafkaUsersServiceService;
const save = toggle('--save', 'keep the result in saved-entities/');

const showUsers = (users: readonly entities.KafkaUser[]): Output => ({
  table: () =>
    renderTable<entities.KafkaUser>(
      [
        ['Kafka User', ({ ref }) => ref?.name],
        ['Kafka Exporter', ({ kafkaExporterName }) => kafkaExporterName],
        ['Topic', ({ topic }) => topic],
        ['Client ID', ({ clientId }) => clientId],
        ['Client Secret', ({ clientSecret }) => clientSecret],
      ],
      users,
    ),
  plain: () => lines(users.map(({ ref }) => ref?.name ?? '')),
});

export const listKafkaUsers = projectCommand({
  name: 'kafka-users',
  args: '<exporter>',
  about: 'list who may read from a Kafka exporter',
  candidates: kafkaExporterNames,
  async run({ api, args, project }) {
    const [name = ''] = args;
    const answer = await api.call(
      service.listKafkaUsers,
      wire.ListKafkaUsersRequest.create({ ref: { name, projectId: project.id } }),
    );
    return { ...jsonOf(answer), ...showUsers(answer.value.kafkaUsers) };
  },
});

export const getKafkaUser = projectCommand({
  name: 'kafka-user',
  args: '<name>',
  about: 'show one user of a Kafka exporter',
  async run({ api, args, project }) {
    const [name = ''] = args;
    const answer = await api.call(
      service.getKafkaUser,
      wire.GetKafkaUserRequest.create({ ref: { name, projectId: project.id } }),
    );
    const { kafkaUser } = answer.value;
    return { ...jsonOf(answer), ...showUsers(kafkaUser === undefined ? [] : [kafkaUser]) };
  },
});

export const createKafkaUser = projectCommand({
  name: 'kafka-user',
  args: '<exporter>',
  about: 'let one more client read from a Kafka exporter',
  flags: [save],
  candidates: kafkaExporterNames,
  async run(context) {
    const { api, args, flags, folder, project } = context;
    const exporter = (await fetchKafkaExporter(context, args[0] ?? '')).value.kafkaExporter;
    const answer = await api.call(service.createKafkaUser, {
      kafkaUser: entities.KafkaUser.create({
        ref: { projectId: project.id },
        kafkaExporterName: exporter?.ref?.name ?? '',
      }),
    });
    const { kafkaUser } = answer.value;
    if (flags.get(save)) await saveField(folder, 'KafkaUser', kafkaUser?.ref?.name, answer, 'kafkaUser');
    return { ...jsonOf(answer), ...showUsers(kafkaUser === undefined ? [] : [kafkaUser]) };
  },
});

export const deleteKafkaUser = projectCommand({
  name: 'kafka-user',
  args: '<names...>',
  about: 'shut clients out of a Kafka exporter',
  async run(context) {
    const { api, project } = context;
    return deleteEach(context, 'Kafka User has been deleted', (name) =>
      api.call(
        service.deleteKafkaUser,
        wire.DeleteKafkaUserRequest.create({ ref: { name, projectId: project.id } }),
      ),
    );
  },
});
