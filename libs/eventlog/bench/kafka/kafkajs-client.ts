import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { EachBatchPayload } from 'kafkajs';
import { key, partitions, recordsPerTransaction, value } from './client.ts';
import type { MeasuredClient } from './client.ts';

/** kafkajs 2.2.4. */
export function kafkajsClient(brokers: readonly string[]): MeasuredClient {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 20 } });

  async function read(
    topic: string,
    count: number,
    groupId: string,
    onBatch: (payload: EachBatchPayload) => Promise<void>,
  ): Promise<void> {
    const consumer = kafka.consumer({ groupId });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    let seen = 0;
    const done = Promise.withResolvers<undefined>();
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: partitions,
      async eachBatch(payload) {
        if (seen >= count) return;
        await onBatch(payload);
        seen += payload.batch.messages.length;
        if (seen >= count) done.resolve(undefined);
      },
    });
    await done.promise;
    await consumer.disconnect();
  }

  return {
    async produce(topic, calls, size) {
      const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      for (let call = 0; call < calls; call++) {
        const partition = call % partitions;
        await producer.send({
          topic,
          acks: -1,
          messages: Array.from({ length: size }, () => ({ partition, key, value })),
        });
      }
      await producer.disconnect();
    },
    consume: (topic, count) => read(topic, count, randomUUID(), async () => {}),
    async copy(source, target, count) {
      const group = randomUUID();
      const producers = await Promise.all(
        Array.from({ length: partitions }, async () => {
          const made = kafka.producer({
            idempotent: true,
            maxInFlightRequests: 1,
            transactionalId: randomUUID(),
          });
          await made.connect();
          return made;
        }),
      );
      await read(source, count, group, async ({ batch: { topic, partition, messages } }) => {
        for (let at = 0; at < messages.length; at += recordsPerTransaction) {
          const part = messages.slice(at, at + recordsPerTransaction);
          const transaction = await producers[partition]?.transaction();
          await transaction?.send({
            topic: target,
            acks: -1,
            messages: part.map((message) => ({ partition, key: message.key, value: message.value })),
          });
          const offset = String(BigInt(part.at(-1)?.offset ?? 0) + 1n);
          await transaction?.sendOffsets({
            consumerGroupId: group,
            topics: [{ topic, partitions: [{ partition, offset }] }],
          });
          await transaction?.commit();
        }
      });
      await Promise.all(producers.map((each) => each.disconnect()));
    },
  };
}
