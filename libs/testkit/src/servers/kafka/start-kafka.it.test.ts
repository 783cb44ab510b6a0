import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { describeWithServers, startKafka, uniqueName, useServer } from '../index.ts';

const connectTo = (brokers: readonly string[]): Kafka =>
  new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 20, initialRetryTime: 50 },
  });

describeWithServers('kafka', 'startKafka, one broker', () => {
  const server = useServer(() => startKafka());

  async function valuesOf(kafka: Kafka, topic: string, count: number): Promise<readonly string[]> {
    const consumer = kafka.consumer({ groupId: uniqueName('group') });
    const values: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            if (values.push(String(message.value)) === count) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return values;
  }

  it('takes messages and gives them back, also those of a transaction, and after it was killed', async () => {
    const kafka = connectTo(server().brokers);
    const topic = uniqueName('topic');
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: topic });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'one' }] });
    await transaction.commit();

    await server().kill();
    await server().restart();

    const plain = kafka.producer();
    await plain.connect();
    await plain.send({ topic, messages: [{ value: 'two' }] });
    await expect(valuesOf(kafka, topic, 2)).resolves.toEqual(['one', 'two']);
    await Promise.all([admin.disconnect(), producer.disconnect(), plain.disconnect()]);
  });

  it('answers nothing while it is paused, and goes on when it is resumed', async () => {
    const admin = new Kafka({
      brokers: [...server().brokers],
      logLevel: logLevel.NOTHING,
      requestTimeout: 300,
      retry: { retries: 0 },
    }).admin();
    await admin.connect();
    await server().pause();
    await expect(admin.listTopics()).rejects.toThrow('timed out');
    await server().resume();
    await admin.disconnect();
    const again = connectTo(server().brokers).admin();
    await again.connect();
    await expect(again.listTopics()).resolves.toBeInstanceOf(Array);
    await again.disconnect();
  });
});

describeWithServers('kafka', 'startKafka, stopped', () => {
  it('leaves no folder', async () => {
    const kafka = await startKafka();
    const folders = kafka.nodes.map(({ folder }) => folder);
    expect(folders.map((folder) => existsSync(folder))).toEqual([true]);
    await kafka.stop();
    expect(folders.map((folder) => existsSync(folder))).toEqual([false]);
  });
});
