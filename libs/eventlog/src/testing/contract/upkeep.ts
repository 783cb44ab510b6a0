import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import type { ContractContext } from './context.ts';
import { record, valuesOf } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

const week = 7 * 24 * 60 * 60 * 1000;

export function describeUpkeep(context: ContractContext): void {
  describe('upkeep', () => {
    it('removes records beyond the retention of their topic, oldest first, and keeps the younger ones', async () => {
      const { retentionMs } = context;
      const topic = await context.topic(1, { cleanup: 'delete', retentionMs });
      await context.append(topic, 'old', 'old too');
      await context.age(retentionMs / 2);
      await context.append(topic, 'young');
      await context.age(retentionMs / 2 + 1);
      await eventually(
        'the old ones are gone',
        async () => (await context.log.admin.bounds(topic))[0]?.earliest === 2,
      );
      const { records } = await context.consume({ topics: [topic] });
      await eventually('the young one', () => records.length > 0);
      expect(valuesOf(records)).toEqual(['young']);
      expect(records[0]?.offset).toBe(2);
    });

    it('keeps the offsets going when a topic has run empty', async () => {
      const { retentionMs } = context;
      const topic = await context.topic(1, { cleanup: 'delete', retentionMs });
      await context.append(topic, 'a', 'b');
      await context.age(retentionMs + 1);
      await eventually('it is empty', async () => (await context.log.admin.bounds(topic))[0]?.earliest === 2);
      await context.append(topic, 'c');
      expect(await context.log.admin.bounds(topic)).toEqual([
        { topic, partition: 0, earliest: 2, latest: 3 },
      ]);
    });

    it('brings a reader whose next record has gone to the oldest one there is', async () => {
      const { retentionMs } = context;
      const topic = await context.topic(1, { cleanup: 'delete', retentionMs });
      await context.append(topic, 'a', 'b');
      const reader = await context.consume({ topics: [topic], startAt: 'latest' });
      reader.consumer.pause([{ topic, partition: 0 }]);
      await context.age(retentionMs + 1);
      await eventually('it is empty', async () => (await context.log.admin.bounds(topic))[0]?.earliest === 2);
      await context.append(topic, 'c');
      reader.consumer.seek({ topic, partition: 0, offset: 0 });
      reader.consumer.resume([{ topic, partition: 0 }]);
      await eventually('the record', () => reader.records.length > 0);
      expect(valuesOf(reader.records)).toEqual(['c']);
    });

    it('keeps the newest record of each key of a compacted topic, whatever its age', async () => {
      const topic = await context.topic(1, { cleanup: 'compact' });
      const producer = await context.log.createProducer();
      for (const [key, value] of [
        ['a', '1'],
        ['b', '1'],
        ['a', '2'],
        ['a', '3'],
      ] as const) {
        await producer.append([record(topic, value, { key: Buffer.from(key) })]);
      }
      await context.age(week);
      await eventually('compaction', async () => {
        const { records, stop } = await context.consume({ topics: [topic] });
        await eventually('the last record', () => records.at(-1)?.offset === 3);
        await stop();
        return records.map(({ key, value }) => `${String(key)}${String(value)}`).join() === 'b1,a3';
      });
    });

    it('tells a reader how far it is also where a compacted topic ends in nothing', async () => {
      const topic = await context.topic(1, { cleanup: 'compact' });
      const producer = await context.log.createProducer();
      await producer.append([record(topic, 'v', { key: Buffer.from('a') })]);
      await producer.append([record(topic, null, { key: Buffer.from('a') })]);
      await context.age(week);
      let next = 0;
      await context.consume(
        { topics: [topic] },
        { onBatch: async ({ nextOffset }) => void (next = nextOffset) },
      );
      await eventually('the end', async () => (await context.log.admin.bounds(topic))[0]?.latest === next);
    });
  });
}
