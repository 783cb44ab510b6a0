import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import {
  InvalidRecordError,
  LogUnavailableError,
  RecordTooLargeError,
  TopicNotFoundError,
} from '../../errors.ts';
import { partitionOfKey } from '../../partitioner.ts';
import type { ContractContext } from './context.ts';
import { record, valuesOf } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

const mebibyte = 1024 * 1024;

export function describeProducing(context: ContractContext): void {
  describe('producing', () => {
    it('answers with the positions in the order of the records', async () => {
      const topic = await context.topic(2);
      const producer = await context.log.createProducer();
      const positions = await producer.append([
        record(topic, 'a', { partition: 1 }),
        record(topic, 'b', { partition: 0 }),
        record(topic, 'c', { partition: 1 }),
      ]);
      expect(positions).toEqual([
        { topic, partition: 1, offset: 0 },
        { topic, partition: 0, offset: 0 },
        { topic, partition: 1, offset: 1 },
      ]);
    });

    it('keeps the order of the calls of one producer in each partition, without awaiting between them', async () => {
      const topic = await context.topic();
      const producer = await context.log.createProducer();
      const numbers = Array.from({ length: 300 }, (_, number) => String(number));
      await Promise.all(numbers.map((number) => producer.append([record(topic, number)])));
      const { records } = await context.consume({ topics: [topic] });
      await eventually('all records', () => records.length === numbers.length);
      expect(valuesOf(records)).toEqual(numbers);
    });

    it('places keys as Kafka does', async () => {
      const topic = await context.topic(5);
      const producer = await context.log.createProducer();
      const keys = Array.from({ length: 50 }, (_, number) => Buffer.from(`key-${number}`));
      const positions = await producer.append(keys.map((key) => record(topic, 'v', { key })));
      expect(positions.map(({ partition }) => partition)).toEqual(keys.map((key) => partitionOfKey(key, 5)));
    });

    it('spreads records without a key over the partitions', async () => {
      const topic = await context.topic(3);
      const producer = await context.log.createProducer();
      const used = new Set<number>();
      for (let batch = 0; batch < 60; batch++) {
        for (const { partition } of await producer.append([record(topic, 'v')])) used.add(partition);
      }
      expect(used).toEqual(new Set([0, 1, 2]));
    });

    it('gives back every part of a record as it was', async () => {
      const topic = await context.topic();
      const producer = await context.log.createProducer();
      const sent = [
        {
          topic,
          partition: 0,
          key: Buffer.from([0, 255]),
          value: Buffer.from([0, 1, 254]),
          timestamp: 1_234,
        },
        { topic, partition: 0, key: Buffer.from('k'), value: null, headers: { schema: '7', 'x-ü': '€' } },
        { topic, partition: 0, key: null, value: Buffer.alloc(0) },
      ];
      await producer.append(sent);
      const { records } = await context.consume({ topics: [topic] });
      await eventually('all records', () => records.length === sent.length);
      expect(records[0]).toMatchObject({
        offset: 0,
        key: sent[0]?.key,
        value: sent[0]?.value,
        timestamp: 1_234,
      });
      expect(records[1]).toMatchObject({
        offset: 1,
        key: sent[1]?.key,
        value: null,
        headers: sent[1]?.headers,
      });
      expect(records[2]).toMatchObject({ offset: 2, key: null, value: Buffer.alloc(0), headers: {} });
      expect(records[2]?.timestamp).toBeGreaterThan(1_700_000_000_000);
    });

    it('shows a record to every connection once it is acknowledged', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a');
      const other = await context.connect();
      expect(await other.admin.bounds(topic)).toEqual([{ topic, partition: 0, earliest: 0, latest: 1 }]);
    });

    it('stores all records of a call or none', async () => {
      const topic = await context.topic();
      const producer = await context.log.createProducer();
      const tooLarge = record(topic, 'x'.repeat(mebibyte + 1));
      await expect(producer.append([record(topic, 'a'), tooLarge])).rejects.toThrow(RecordTooLargeError);
      await producer.append([record(topic, 'b')]);
      const { records } = await context.consume({ topics: [topic] });
      await eventually('the record', () => records.length > 0);
      expect(valuesOf(records)).toEqual(['b']);
    });

    it('takes a record just below the limit', async () => {
      const topic = await context.topic();
      const value = 'x'.repeat(mebibyte - 1024);
      await context.append(topic, value);
      const { records } = await context.consume({ topics: [topic] });
      await eventually('the record', () => records.length > 0);
      expect(valuesOf(records)).toEqual([value]);
    });

    it('refuses a topic or a partition that does not exist', async () => {
      const topic = await context.topic(2);
      const producer = await context.log.createProducer();
      await expect(producer.append([record('no-such-topic', 'a')])).rejects.toThrow(TopicNotFoundError);
      await expect(producer.append([record(topic, 'a', { partition: 2 })])).rejects.toThrow(
        InvalidRecordError,
      );
      await expect(producer.append([record(topic, 'a')])).resolves.toHaveLength(1);
    });

    it('refuses a record without a key in a compacted topic', async () => {
      const topic = await context.topic(1, { cleanup: 'compact' });
      const producer = await context.log.createProducer();
      await expect(producer.append([record(topic, 'a')])).rejects.toThrow(InvalidRecordError);
    });

    it('waits for what is under way when it closes, and takes nothing after', async () => {
      const topic = await context.topic();
      const producer = await context.log.createProducer();
      const appended = producer.append([record(topic, 'a')]);
      await producer.close();
      await expect(appended).resolves.toHaveLength(1);
      await expect(producer.append([record(topic, 'b')])).rejects.toThrow(LogUnavailableError);
    });

    it('has nothing to do for no records', async () => {
      const producer = await context.log.createProducer();
      await expect(producer.append([])).resolves.toEqual([]);
    });
  });
}
