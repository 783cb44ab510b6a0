import { expect, it } from '@jest/globals';
import { describeWithServers, runKafkaTool, startKafka, uniqueName, useServer } from '@ccd/testkit/servers';
import { connectKafkaLog } from './connect-kafka-log.ts';
import { kafkaTestOptions } from './testing/kafka-harness.ts';

describeWithServers('kafka', 'the topics of connectKafkaLog', () => {
  const server = useServer(() => startKafka());

  it('need as many replicas in sync as was said, until an operator changes that', async () => {
    const log = await connectKafkaLog({ ...kafkaTestOptions(server().brokers), minInsyncReplicas: 1 });
    const topic = uniqueName('topic');
    await log.admin.createTopic({ name: topic, partitions: 1, config: { cleanup: 'delete' } });
    await log.admin.alterTopic(topic, { cleanup: 'compact' });
    const described = await runKafkaTool(
      'org.apache.kafka.tools.TopicCommand',
      ['--bootstrap-server', server().brokers.join(), '--describe', '--topic', topic],
      60_000,
    );
    expect(described).toMatch(/Configs: .*min\.insync\.replicas=1/);
    expect(described).toMatch(/Configs: .*cleanup\.policy=compact/);
    await log.close();
  });
});
