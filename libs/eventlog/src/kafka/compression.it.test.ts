import { expect, it } from '@jest/globals';
import { describeWithServers, runKafkaTool, startKafka, uniqueName, useServer } from '@ccd/testkit/servers';
import type { StoredRecord } from '../port.ts';
import { readTopic } from '../read-topic.ts';
import { connectKafkaLog } from './connect-kafka-log.ts';
import { kafkaTestOptions } from './testing/kafka-harness.ts';
import { compressions } from './wire/encode-batch.ts';

describeWithServers('kafka', 'connectKafkaLog that compresses', () => {
  const server = useServer(() => startKafka());
  const values = Array.from({ length: 300 }, (_, number) => `${'value '.repeat(20)}${number}`);

  it.each(compressions)(
    'by %s: brokers take it, and readers of ours and of Java have it back',
    async (compression) => {
      // Records wait for company, so that a batch has more than one.
      const log = await connectKafkaLog({ ...kafkaTestOptions(server().brokers), compression, lingerMs: 20 });
      const topic = uniqueName('topic');
      await log.admin.createTopic({ name: topic, partitions: 1, config: { cleanup: 'delete' } });
      const producer = await log.createProducer();
      await Promise.all(
        values.map((value) => producer.append([{ topic, key: null, value: Buffer.from(value) }])),
      );
      const records: StoredRecord[] = [];
      for await (const record of readTopic(log, topic)) records.push(record);
      expect(records.map(({ value }) => String(value))).toEqual(values);
      await log.close();

      const read = await runKafkaTool(
        'org.apache.kafka.tools.consumer.ConsoleConsumer',
        [
          ...['--bootstrap-server', server().brokers.join(), '--topic', topic],
          ...['--from-beginning', '--max-messages', String(values.length)],
        ],
        60_000,
      );
      expect(read.split('\n').filter((line) => line.startsWith('value '))).toEqual(values);
    },
  );
});
