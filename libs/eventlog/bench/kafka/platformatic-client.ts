import { randomUUID } from 'node:crypto';
import { Consumer, MessagesStreamModes, ProduceAcks, Producer } from '@platformatic/kafka';
import type { Message } from '@platformatic/kafka';
import { key, partitions, recordsPerTransaction, value } from './client.ts';
import type { MeasuredClient } from './client.ts';

/** The clients of @platformatic/kafka, whose protocol layer the adapter is built on. */
export function platformaticClient(brokers: readonly string[]): MeasuredClient {
  const common = { clientId: 'bench', bootstrapBrokers: [...brokers], retries: 20 };

  async function read(
    topic: string,
    count: number,
    onMessages: (consumer: Consumer, messages: readonly Message[]) => Promise<void>,
  ): Promise<void> {
    const consumer = new Consumer({ ...common, groupId: randomUUID() });
    const stream = await consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.EARLIEST,
      autocommit: false,
      maxWaitTime: 100,
    });
    let seen = 0;
    let waiting: Message[] = [];
    for await (const message of stream) {
      waiting.push(message);
      seen++;
      if (waiting.length < recordsPerTransaction && seen < count) continue;
      await onMessages(consumer, waiting);
      waiting = [];
      if (seen >= count) break;
    }
    await consumer.close(true);
  }

  return {
    async produce(topic, calls, size) {
      const producer = new Producer({ ...common, idempotent: true });
      for (let call = 0; call < calls; call++) {
        const partition = call % partitions;
        await producer.send({
          acks: ProduceAcks.ALL,
          messages: Array.from({ length: size }, () => ({ topic, partition, key, value })),
        });
      }
      await producer.close();
    },
    consume: (topic, count) => read(topic, count, async () => {}),
    async copy(source, target, count) {
      const producer = new Producer({ ...common, idempotent: true, transactionalId: randomUUID() });
      await read(source, count, async (consumer, messages) => {
        const transaction = await producer.beginTransaction();
        await transaction.addConsumer(consumer);
        await transaction.send({
          acks: ProduceAcks.ALL,
          messages: messages.map(({ partition, key: k, value: v }) => ({
            topic: target,
            partition,
            key: k,
            value: v,
          })),
        });
        // The last message of each partition tells the offset.
        const last = new Map(messages.map((message) => [message.partition, message]));
        for (const message of last.values()) await transaction.addOffset(message);
        await transaction.commit();
      });
      await producer.close();
    },
  };
}
