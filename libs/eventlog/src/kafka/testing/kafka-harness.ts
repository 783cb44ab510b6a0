import { setTimeout as passing } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import {
  Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  Producer,
} from '@platformatic/kafka';
import { systemClock as clock } from '@ccd/reconcile';
import type { EventLogHarness } from '../../testing/event-log-contract.ts';
import type { EventLog } from '../../port.ts';
import { connectKafkaLog } from '../connect-kafka-log.ts';
import type { KafkaLogOptions } from '../connect-kafka-log.ts';

/** Brokers look after old records soon and often. */
export const upkeepSettings = {
  'log.initial.task.delay.ms': 100,
  'log.retention.check.interval.ms': 100,
  'log.segment.delete.delay.ms': 100,
  'log.cleaner.backoff.ms': 100,
} as const;

export function kafkaTestOptions(brokers: readonly string[]): KafkaLogOptions {
  return {
    bootstrap: brokers.map((broker) => {
      const [host = '', port] = broker.split(':');
      return { host, port: Number(port) };
    }),
    clientId: 'tests',
    security: {},
    clock,
    deadlineMs: 10_000,
    compression: 'none',
    lingerMs: 0,
    timing: { sessionTimeoutMs: 5_000, heartbeatMs: 50, rebalanceTimeoutMs: 5_000 },
  };
}

/**
 * Kafka has no clock that a test could move. Its retention is waited for, with one of seconds; compaction, which comes at
 * no age in particular, is brought about: segments are closed as soon as they are older than a millisecond and something
 * is written. What is written for that is a transaction that is aborted, which no reader sees a record of.
 */
export function createKafkaHarness(brokers: readonly string[]): EventLogHarness {
  const retentionMs = 2_500;
  const clients = { clientId: 'harness', bootstrapBrokers: [...brokers] };

  async function closeSegments(log: EventLog): Promise<void> {
    const topics = (await log.admin.listTopics()).filter(({ name }) => name.startsWith('contract-'));
    const set = (name: string, value: string) => ({
      name,
      value,
      configOperation: IncrementalAlterConfigOperationTypes.SET,
    });
    const admin = new Admin(clients);
    await admin.incrementalAlterConfigs({
      resources: topics.map(({ name }) => ({
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName: name,
        configs: [set('segment.ms', '1'), set('min.cleanable.dirty.ratio', '0')],
      })),
      validateOnly: false,
    });
    await admin.close();
    const compacted = topics.filter(({ config }) => config.cleanup === 'compact');
    if (compacted.length === 0) return;
    const producer = new Producer({ ...clients, idempotent: true, transactionalId: randomUUID() });
    const transaction = await producer.beginTransaction();
    await transaction.send({
      messages: compacted.map(({ name: topic }) => ({
        topic,
        partition: 0,
        key: Buffer.from('never'),
        value: Buffer.from('seen'),
      })),
    });
    await transaction.abort();
    await producer.close();
  }

  return {
    retentionMs,
    connect: () => connectKafkaLog(kafkaTestOptions(brokers)),
    async age(ms) {
      const log = await connectKafkaLog(kafkaTestOptions(brokers));
      await closeSegments(log);
      await log.close();
      if (ms <= 2 * retentionMs) await passing(ms);
    },
    async close() {
      // A topic of an earlier test would be aged with those of the next one.
      const log = await connectKafkaLog(kafkaTestOptions(brokers));
      const topics = await log.admin.listTopics();
      await Promise.all(topics.map(({ name }) => log.admin.deleteTopic(name).catch(() => {})));
      await log.close();
    },
  };
}
