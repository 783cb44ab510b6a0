import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { entities, kafkaClusters, kafkaExporters, kafkaUsers } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const exporters = kafkaExporters.KafkaExportersServiceService;
const users = kafkaUsers.KafkaUsersServiceService;
const clusters = kafkaClusters.KafkaClustersServiceService;
const projectId = demoProject.id;

describe('kafka', () => {
  let rig: Rig;
  const exporter = entities.KafkaExporter.create({
    ref: { name: 'shared-export-demo', projectId },
    streamRef: { name: 'demo', projectId },
    target: { clusterRef: { name: 'shared-export' }, topic: 'export-1' },
  });
  const user = entities.KafkaUser.create({
    ref: { name: 'reader', projectId },
    kafkaExporterName: 'shared-export-demo',
    topic: 'export-1',
    clientId: 'export-1',
    clientSecret: 'hush',
  });
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(exporters.getKafkaExporter, () => ({ kafkaExporter: exporter }));
    rig.server.on(exporters.createKafkaExporter, () => ({ kafkaExporter: exporter }));
    rig.server.on(exporters.listKafkaExporters, () => ({ kafkaExporters: [exporter] }));
    rig.server.on(exporters.deleteKafkaExporter, () => ({}));
    rig.server.on(users.createKafkaUser, () => ({ kafkaUser: user }));
    rig.server.on(users.listKafkaUsers, () => ({ kafkaUsers: [user] }));
    rig.server.on(users.getKafkaUser, () => ({ kafkaUser: user }));
    rig.server.on(users.deleteKafkaUser, () => ({}));
    const kafkaCluster = entities.KafkaCluster.create({
      ref: { name: 'shared-export' },
      bootstrapServers: 'kafka:9092',
      authMechanism: entities.AuthMechanism.SASL_SSL,
      tokenUri: 'https://tokens',
    });
    rig.server.on(clusters.listKafkaClusters, () => ({ kafkaClusters: [kafkaCluster] }));
    rig.server.on(clusters.getKafkaCluster, () => ({ kafkaCluster }));
  });
  afterEach(() => {
    rig.server.close();
  });

  const exporterTable =
    'KAFKA EXPORTER      STREAM  TARGET CLUSTER  TOPIC\nshared-export-demo  demo    shared-export   export-1\n';
  const userTable =
    'KAFKA USER  KAFKA EXPORTER      TOPIC     CLIENT ID  CLIENT SECRET\n' +
    'reader      shared-export-demo  export-1  export-1   hush\n';
  const clusterTable =
    'NAME           BOOTSTRAP SERVERS  AUTH MECHANISM  TOKEN URI\n' +
    'shared-export  kafka:9092         SASL_SSL        https://tokens\n';

  it.each([
    [['create', 'kafka-exporter', 'demo', '--cluster', 'any'], exporterTable],
    [['list', 'kafka-exporters'], exporterTable],
    [['get', 'kafka-exporter', 'shared-export-demo'], exporterTable],
    [['delete', 'kafka-exporter', 'shared-export-demo', '-r'], 'Kafka Exporter has been deleted\n'],
    [['create', 'kafka-user', 'shared-export-demo'], userTable],
    [['list', 'kafka-users', 'shared-export-demo'], userTable],
    [['get', 'kafka-user', 'reader'], userTable],
    [
      ['delete', 'kafka-user', 'reader', 'other'],
      'Kafka User has been deleted\nKafka User has been deleted\n',
    ],
    [['list', 'kafka-clusters'], clusterTable],
    [['get', 'kafka-cluster', 'shared-export'], clusterTable],
  ])('is shown by %j', async (argv, out) => {
    expect(await rig.run(...argv)).toEqual({ code: 0, out, err: '' });
  });

  it('makes users for an exporter that is there, and keeps what was made only when asked', async () => {
    await rig.run('create', 'kafka-user', 'shared-export-demo');
    expect(rig.server.calls.map(({ method }) => method).slice(-2)).toEqual([
      'KafkaExportersService/GetKafkaExporter',
      'KafkaUsersService/CreateKafkaUser',
    ]);
    const kept = join(rig.configPath, 'saved-entities', 'KafkaUser', 'reader.json');
    expect(existsSync(kept)).toBe(false);
    await rig.run('create', 'kafka-user', 'shared-export-demo', '--save');
    expect(existsSync(kept)).toBe(true);
  });
});
