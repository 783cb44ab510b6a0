import { entities, kafkaClusters as wire } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = wire.KafkaClustersServiceService;

const showClusters = (clusters: readonly entities.KafkaCluster[]): Output => ({
  table: () =>
    renderTable<entities.KafkaCluster>(
      [
        ['Name', ({ ref }) => ref?.name],
        ['Bootstrap Servers', ({ bootstrapServers }) => bootstrapServers],
        ['Auth Mechanism', ({ authMechanism }) => enumName(entities.AuthMechanism, authMechanism)],
        ['Token URI', ({ tokenUri }) => tokenUri],
      ],
      clusters,
    ),
  plain: () => lines(clusters.map(({ ref }) => ref?.name ?? '')),
});

export const listKafkaClusters = projectCommand({
  name: 'kafka-clusters',
  about: 'list the Kafka clusters that streams can be exported to',
  async run({ api, project }) {
    const answer = await api.call(
      service.listKafkaClusters,
      wire.ListKafkaClustersRequest.create({ projectId: project.id }),
    );
    return { ...jsonOf(answer), ...showClusters(answer.value.kafkaClusters) };
  },
});

export const getKafkaCluster = projectCommand({
  name: 'kafka-cluster',
  args: '<name>',
  about: 'show one Kafka cluster',
  async run({ api, args, project }) {
    const [name = ''] = args;
    const answer = await api.call(
      service.getKafkaCluster,
      wire.GetKafkaClusterRequest.create({ ref: { name }, projectId: project.id }),
    );
    const { kafkaCluster } = answer.value;
    return { ...jsonOf(answer), ...showClusters(kafkaCluster === undefined ? [] : [kafkaCluster]) };
  },
});
