import { afterEach, describe, expect, it } from '@jest/globals';
import { createMemoryLog } from './memory-log.ts';

describe(createMemoryLog, () => {
  const log = createMemoryLog();
  afterEach(() => log.close());

  it('hands records that one connection appends to a consumer of another', async () => {
    await log.admin.createTopic({ name: 'events', partitions: 2, config: { cleanup: 'delete' } });
    const producer = await log.createProducer();
    const stop = new AbortController();
    const consumer = await log
      .connect()
      .createConsumer({ topics: ['events'], startAt: 'earliest', group: 'g' });
    const seen: string[] = [];
    const done = consumer.run(
      {
        async onBatch(batch) {
          seen.push(...batch.records.map(({ value }) => String(value)));
          await consumer.commit([{ topic: 'events', partition: batch.partition, offset: batch.nextOffset }]);
          if (seen.length === 2) stop.abort();
        },
      },
      stop.signal,
    );
    await producer.append([{ topic: 'events', key: null, value: Buffer.from('a') }]);
    await producer.append([{ topic: 'events', key: null, value: Buffer.from('b') }]);
    await done;
    expect(seen.sort()).toEqual(['a', 'b']);
    expect(await log.admin.committed('g', 'events')).toHaveLength(2);
  });
});
