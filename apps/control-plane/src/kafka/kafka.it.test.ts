import { status } from '@grpc/grpc-js';
import { entities, kafkaClusters, kafkaExporters, kafkaUsers } from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import { useServiceRig } from '../testing/use-service-rig.ts';

const clusters = kafkaClusters.KafkaClustersServiceService;
const exporters = kafkaExporters.KafkaExportersServiceService;
const users = kafkaUsers.KafkaUsersServiceService;

describe('Kafka clusters, exporters and users of a self-hosted installation', () => {
  const rig = useServiceRig();

  const exporterRef = (name: string) =>
    entities.KafkaExporterRef.create({ name, projectId: rig().projectId });

  it('are none', async () => {
    const { projectId } = rig();
    await expect(
      rig().call(clusters.listKafkaClusters, kafkaClusters.ListKafkaClustersRequest.create({ projectId })),
    ).resolves.toStrictEqual({ kafkaClusters: [] });
    await expect(
      rig().call(
        exporters.listKafkaExporters,
        kafkaExporters.ListKafkaExportersRequest.create({ projectId }),
      ),
    ).resolves.toStrictEqual({ kafkaExporters: [] });
    await expect(rig().call(users.listKafkaUsers, { ref: exporterRef('') })).resolves.toStrictEqual({
      kafkaUsers: [],
    });
  });

  it.each([
    ['users of an exporter', () => rig().call(users.listKafkaUsers, { ref: exporterRef('demo') })],
    ['an exporter', () => rig().call(exporters.getKafkaExporter, { ref: exporterRef('demo') })],
    [
      "another organisation's project",
      () =>
        rig().call(
          exporters.listKafkaExporters,
          kafkaExporters.ListKafkaExportersRequest.create({ projectId: rig().other.projectId }),
        ),
    ],
  ])('knows no %s', async (_case, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('says what to do instead to whoever wants to make one', async () => {
    const kafkaExporter = entities.KafkaExporter.create({
      ref: exporterRef(''),
      streamRef: { name: 'demo', projectId: rig().projectId },
    });
    await expect(rig().call(exporters.createKafkaExporter, { kafkaExporter })).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining('topics of its own Kafka'),
    });
  });
});
