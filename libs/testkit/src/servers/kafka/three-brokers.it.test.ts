import { expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { eventually } from '../../eventually.ts';
import { describeWithServers, startKafka, uniqueName, useServer } from '../index.ts';

describeWithServers('kafka', 'startKafka, three brokers', () => {
  const server = useServer(() => startKafka({ brokers: 3 }));

  it('takes messages by two replicas while the leader is dead, and has three again when it is back', async () => {
    const kafka = new Kafka({
      brokers: [...server().brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 50, initialRetryTime: 50, maxRetryTime: 200 },
    });
    const topic = uniqueName('topic');
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    const partition = async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions[0];
    };
    const replicas = await eventually('three replicas', async () => {
      const found = await partition();
      return found?.isr.length === 3 ? found : undefined;
    });
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ value: 'one' }] });

    const leader = server().nodes[replicas.leader - 1];
    await leader?.kill();
    await producer.send({ topic, acks: -1, messages: [{ value: 'two' }] });
    await expect(partition()).resolves.not.toMatchObject({ leader: replicas.leader });
    await leader?.restart();
    await eventually('three in sync', async () => (await partition())?.isr.length === 3, 20_000);
    await expect(admin.fetchTopicOffsets(topic)).resolves.toMatchObject([{ high: '2' }]);
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });
});
