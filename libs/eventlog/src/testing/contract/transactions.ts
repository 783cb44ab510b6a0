import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { ProducerFencedError, TopicNotFoundError } from '../../errors.ts';
import type { ContractContext } from './context.ts';
import { record, valuesOf } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

export function describeTransactions(context: ContractContext): void {
  describe('transactions', () => {
    it('stores records and offsets together', async () => {
      const [source, target, group] = [await context.topic(), await context.topic(), randomUUID()];
      const producer = await context.log.createTransactionalProducer(randomUUID());
      const offset = { topic: source, partition: 0, offset: 7, metadata: 'm' };
      await producer.commit({
        records: [record(target, 'a'), record(target, 'b')],
        group,
        offsets: [offset],
      });
      const { records } = await context.consume({ topics: [target] });
      await eventually('both', () => records.length === 2);
      expect(valuesOf(records)).toEqual(['a', 'b']);
      await expect(context.log.admin.committed(group, source)).resolves.toEqual([offset]);
    });

    it('stores neither when either is refused, and goes on after that', async () => {
      const [source, target, group] = [await context.topic(), await context.topic(), randomUUID()];
      const producer = await context.log.createTransactionalProducer(randomUUID());
      const offsets = [{ topic: source, partition: 0, offset: 1 }];
      const records = [record(target, 'a'), record('no-such-topic', 'b')];
      await expect(producer.commit({ records, group, offsets })).rejects.toThrow(TopicNotFoundError);
      await expect(context.log.admin.committed(group, source)).resolves.toEqual([]);
      await producer.commit({ records: [record(target, 'c')], group, offsets });
      const seen = await context.consume({ topics: [target] });
      await eventually('the record', () => seen.records.length > 0);
      expect(valuesOf(seen.records)).toEqual(['c']);
    });

    it('has a member begin behind what its predecessor still stored until it was fenced', async () => {
      const [source, group, id] = [await context.topic(), randomUUID(), randomUUID()];
      await context.append(source, 'a', 'b', 'c');
      const predecessor = await (await context.connect()).createTransactionalProducer(id);
      const { records } = await context.consume(
        { topics: [source], group },
        {
          async onAssigned() {
            const offsets = [{ topic: source, partition: 0, offset: 2 }];
            await predecessor.commit({ records: [], group, offsets });
            await context.log.createTransactionalProducer(id);
          },
        },
      );
      await eventually('what is left', () => records.length > 0);
      expect(valuesOf(records)).toEqual(['c']);
    });

    it('fences the earlier producer of a transactional id, in any process, and nobody else', async () => {
      const [source, target, group] = [await context.topic(), await context.topic(), randomUUID()];
      const id = randomUUID();
      const zombie = await context.log.createTransactionalProducer(id);
      const bystander = await context.log.createTransactionalProducer(randomUUID());
      const successor = await (await context.connect()).createTransactionalProducer(id);
      const commit = (value: string, offset: number) => ({
        records: [record(target, value)],
        group,
        offsets: [{ topic: source, partition: 0, offset }],
      });
      await successor.commit(commit('new', 2));
      await expect(zombie.commit(commit('old', 1))).rejects.toThrow(ProducerFencedError);
      await bystander.commit(commit('other', 3));
      const { records } = await context.consume({ topics: [target] });
      await eventually('both', () => records.length === 2);
      expect(valuesOf(records)).toEqual(['new', 'other']);
      await expect(context.log.admin.committed(group, source)).resolves.toMatchObject([{ offset: 3 }]);
    });

    it('leaves a fenced producer of no further use', async () => {
      const [target, id, group] = [await context.topic(), randomUUID(), randomUUID()];
      const zombie = await context.log.createTransactionalProducer(id);
      await context.log.createTransactionalProducer(id);
      const transaction = { records: [record(target, 'a')], group, offsets: [] };
      await expect(zombie.commit(transaction)).rejects.toThrow(ProducerFencedError);
      await expect(zombie.commit(transaction)).rejects.toThrow(ProducerFencedError);
    });

    it('commits offsets alone and records alone', async () => {
      const [topic, group] = [await context.topic(), randomUUID()];
      const producer = await context.log.createTransactionalProducer(randomUUID());
      await producer.commit({ records: [], group, offsets: [{ topic, partition: 0, offset: 4 }] });
      await producer.commit({ records: [record(topic, 'a')], group, offsets: [] });
      await expect(context.log.admin.committed(group, topic)).resolves.toMatchObject([{ offset: 4 }]);
      const { records } = await context.consume({ topics: [topic] });
      await eventually('the record', () => records.length === 1);
    });
  });
}
