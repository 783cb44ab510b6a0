import { randomUUID } from 'node:crypto';
import type { EventLog } from '../../src/index.ts';
import { key, partitions, recordsPerTransaction, value } from './client.ts';
import type { MeasuredClient } from './client.ts';

/** The adapter of this package. */
export function ours(connect: () => Promise<EventLog>): MeasuredClient {
  async function connected(work: (log: EventLog) => Promise<void>): Promise<void> {
    const log = await connect();
    await work(log);
    await log.close();
  }
  return {
    produce: (topic, calls, size) =>
      connected(async (log) => {
        const producer = await log.createProducer();
        for (let call = 0; call < calls; call++) {
          const partition = call % partitions;
          await producer.append(Array.from({ length: size }, () => ({ topic, partition, key, value })));
        }
      }),
    consume: (topic, count) =>
      connected(async (log) => {
        const consumer = await log.createConsumer({
          topics: [topic],
          group: randomUUID(),
          startAt: 'earliest',
        });
        const stop = new AbortController();
        let seen = 0;
        const onBatch = async ({ records }: { readonly records: readonly unknown[] }): Promise<void> => {
          seen += records.length;
          if (seen >= count) stop.abort();
        };
        await consumer.run({ onBatch }, stop.signal);
      }),
    copy: (source, target, count) =>
      connected(async (log) => {
        const group = randomUUID();
        const consumer = await log.createConsumer({
          topics: [source],
          group,
          startAt: 'earliest',
          maxRecords: recordsPerTransaction,
        });
        const producers = await Promise.all(
          Array.from({ length: partitions }, () => log.createTransactionalProducer(randomUUID())),
        );
        const stop = new AbortController();
        let seen = 0;
        await consumer.run(
          {
            async onBatch({ topic, partition, records, nextOffset }) {
              if (seen >= count) return;
              await producers[partition]?.commit({
                records: records.map((record) => ({
                  topic: target,
                  partition,
                  key: record.key,
                  value: record.value,
                })),
                group,
                offsets: [{ topic, partition, offset: nextOffset }],
              });
              seen += records.length;
              if (seen >= count) stop.abort();
            },
          },
          stop.signal,
        );
      }),
  };
}
