import { describeWithServers, startKafka, useServer } from '@ccd/testkit/servers';
import { describeEventLogContract } from '../testing/event-log-contract.ts';
import { createKafkaHarness, upkeepSettings } from './testing/kafka-harness.ts';

describeWithServers('kafka', 'Kafka', () => {
  const server = useServer(() => startKafka({ settings: upkeepSettings }));
  describeEventLogContract('connectKafkaLog', async () => createKafkaHarness(server().brokers));
});
