import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { TopicNotFoundError } from '../../errors.ts';
import type { RecordBatch } from '../../port.ts';
import type { ContractContext } from './context.ts';
import { record, valuesOf } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

export function describeReading(context: ContractContext): void {
  describe('reading', () => {
    it('gives every reader of its own all records, of all partitions', async () => {
      const topic = await context.topic(3);
      const producer = await context.log.createProducer();
      await producer.append(['a', 'b', 'c'].map((value, partition) => record(topic, value, { partition })));
      const readers = [
        await context.consume({ topics: [topic] }),
        await context.consume({ topics: [topic] }),
      ];
      await eventually('all records twice', () => readers.every(({ records }) => records.length === 3));
      for (const { records } of readers) expect(valuesOf(records).sort()).toEqual(['a', 'b', 'c']);
    });

    it('starts at the end where it is told to', async () => {
      const topic = await context.topic();
      await context.append(topic, 'before');
      const { records } = await context.consume({ topics: [topic], startAt: 'latest' });
      await context.append(topic, 'after');
      await eventually('the record', () => records.length > 0);
      expect(valuesOf(records)).toEqual(['after']);
    });

    it('reads several topics', async () => {
      const topics = [await context.topic(), await context.topic()];
      const { records } = await context.consume({ topics });
      for (const topic of topics) await context.append(topic, topic);
      await eventually('both', () => records.length === 2);
      expect(valuesOf(records).sort()).toEqual([...topics].sort());
    });

    it('bounds a batch by records and by bytes, and always makes progress', async () => {
      const topic = await context.topic();
      await context.append(topic, ...Array.from({ length: 10 }, () => 'x'.repeat(1_000)));
      const sizes: Record<string, number[]> = { byCount: [], byBytes: [] };
      const options = { topics: [topic] };
      const onBatch = (name: string) => async (batch: RecordBatch) => {
        sizes[name]?.push(batch.records.length);
      };
      await context.consume({ ...options, maxRecords: 4 }, { onBatch: onBatch('byCount') });
      await context.consume({ ...options, maxBytes: 500 }, { onBatch: onBatch('byBytes') });
      const total = (name: string): number => (sizes[name] ?? []).reduce((sum, size) => sum + size, 0);
      await eventually('all records twice', () => total('byCount') === 10 && total('byBytes') === 10);
      expect(Math.max(...(sizes['byCount'] ?? []))).toBeLessThanOrEqual(4);
      expect(Math.max(...(sizes['byBytes'] ?? []))).toBe(1);
    });

    it('says where to read on and where the partition ended', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a', 'b', 'c');
      const batches: RecordBatch[] = [];
      await context.consume(
        { topics: [topic], maxRecords: 2 },
        { onBatch: async (batch) => void batches.push(batch) },
      );
      await eventually('all records', () => batches.at(-1)?.nextOffset === 3);
      expect(batches[0]).toMatchObject({ topic, partition: 0, nextOffset: 2, highWatermark: 3 });
    });

    it('never calls for one partition before the last call is done', async () => {
      const topic = await context.topic();
      await context.append(topic, ...Array.from({ length: 20 }, String));
      let [running, most, seen] = [0, 0, 0];
      await context.consume(
        { topics: [topic], maxRecords: 1 },
        {
          async onBatch() {
            most = Math.max(most, ++running);
            await new Promise(setImmediate);
            running--;
            seen++;
          },
        },
      );
      await eventually('all batches', () => seen === 20);
      expect(most).toBe(1);
    });

    it('serves other partitions while one is busy', async () => {
      const topic = await context.topic(2);
      const producer = await context.log.createProducer();
      const free = Promise.withResolvers<undefined>();
      const seen: number[] = [];
      await context.consume(
        { topics: [topic] },
        {
          async onBatch({ partition }) {
            seen.push(partition);
            if (partition === 0) await free.promise;
          },
        },
      );
      await producer.append([record(topic, 'a', { partition: 0 })]);
      await eventually('partition 0 is busy', () => seen.includes(0));
      await producer.append([record(topic, 'b', { partition: 1 })]);
      await eventually('partition 1 is served', () => seen.includes(1));
      free.resolve(undefined);
    });

    it('begins where it was sought to on assignment', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a', 'b', 'c');
      const consumer = await context.log.createConsumer({ topics: [topic], startAt: 'earliest' });
      const stop = new AbortController();
      const values: string[] = [];
      await consumer.run(
        {
          async onAssigned() {
            consumer.seek({ topic, partition: 0, offset: 2 });
          },
          async onBatch({ records }) {
            values.push(...valuesOf(records));
            stop.abort();
          },
        },
        stop.signal,
      );
      expect(values).toEqual(['c']);
    });

    it('reads again from where a handler sought to', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a', 'b');
      const values: string[] = [];
      const running = await context.consume(
        { topics: [topic] },
        {
          async onBatch({ records }) {
            values.push(...valuesOf(records));
            if (values.length === 2) running.consumer.seek({ topic, partition: 0, offset: 1 });
          },
        },
      );
      await eventually('the record again', () => values.length === 3);
      expect(values).toEqual(['a', 'b', 'b']);
    });

    it('delivers nothing of a paused partition until it is resumed', async () => {
      const topic = await context.topic(2);
      const { consumer, records } = await context.consume({ topics: [topic] });
      consumer.pause([{ topic, partition: 0 }]);
      const producer = await context.log.createProducer();
      await producer.append([record(topic, 'paused', { partition: 0 })]);
      await producer.append([record(topic, 'running', { partition: 1 })]);
      await eventually('the running one', () => records.length > 0);
      expect(valuesOf(records)).toEqual(['running']);
      consumer.resume([{ topic, partition: 0 }]);
      await eventually('the paused one', () => records.length > 1);
    });

    it('ends while its partitions are paused', async () => {
      const topic = await context.topic(2);
      await context.append(topic, 'a');
      const { consumer, records, stop } = await context.consume({ topics: [topic] });
      await eventually('the record', () => records.length > 0);
      consumer.pause([0, 1].map((partition) => ({ topic, partition })));
      await context.log.ping();
      await expect(stop()).resolves.toBeUndefined();
    });

    it('rejects with the error of a handler, after giving the partitions back', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a');
      let revoked = 0;
      const { done } = await context.consume(
        { topics: [topic] },
        {
          async onBatch() {
            throw new Error('cannot handle this');
          },
          async onRevoked(partitions) {
            revoked += partitions.length;
          },
        },
      );
      await expect(done).rejects.toThrow('cannot handle this');
      expect(revoked).toBe(1);
    });

    it('ends after the running handler when it is told to stop, and can be run again', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a');
      const free = Promise.withResolvers<undefined>();
      const [begun, ended] = [Promise.withResolvers<AbortSignal>(), { value: false }];
      const { consumer, stop } = await context.consume(
        { topics: [topic] },
        {
          async onBatch(_, signal) {
            begun.resolve(signal);
            await free.promise;
            ended.value = true;
          },
        },
      );
      const signal = await begun.promise;
      const stopped = stop();
      expect(signal.aborted).toBe(true);
      free.resolve(undefined);
      await stopped;
      expect(ended.value).toBe(true);
      const again = new AbortController();
      const seen: string[] = [];
      const onBatch = async ({ records }: RecordBatch) => {
        seen.push(...valuesOf(records));
        again.abort();
      };
      await consumer.run({ onBatch }, again.signal);
      expect(seen).toEqual(['a']);
    });

    it('rejects for a topic that does not exist, and when its topic is deleted', async () => {
      const missing = await context.log.createConsumer({ topics: ['no-such-topic'], startAt: 'earliest' });
      const run = missing.run({ async onBatch() {} }, new AbortController().signal);
      await expect(run).rejects.toThrow(TopicNotFoundError);
      const topic = await context.topic();
      const { done } = await context.consume({ topics: [topic] });
      await context.log.admin.deleteTopic(topic);
      await expect(done).rejects.toThrow(TopicNotFoundError);
    });
  });
}
