import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { PartitionsLostError, TopicNotFoundError } from '../../errors.ts';
import type { RecordBatch, TopicPartition } from '../../port.ts';
import type { ContractContext } from './context.ts';
import { record, valuesOf } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

export function describeGroups(context: ContractContext): void {
  describe('groups', () => {
    /** A member that keeps what it owns at any time. */
    async function join(topic: string, group: string, onBatch?: (batch: RecordBatch) => Promise<void>) {
      const owned = new Set<number>();
      const log = await context.connect();
      const running = await context.consume(
        { topics: [topic], group },
        {
          async onAssigned(partitions: readonly TopicPartition[]) {
            partitions.forEach(({ partition }) => owned.add(partition));
          },
          async onRevoked(partitions: readonly TopicPartition[]) {
            partitions.forEach(({ partition }) => owned.delete(partition));
          },
          ...(onBatch ? { onBatch } : {}),
        },
        log,
      );
      return { ...running, owned, log };
    }

    it('shares the partitions among members as they come and go, each with one owner', async () => {
      const [topic, group] = [await context.topic(4), randomUUID()];
      const first = await join(topic, group);
      expect([...first.owned].sort()).toEqual([0, 1, 2, 3]);
      const second = await join(topic, group);
      await eventually('two each', () => first.owned.size === 2 && second.owned.size === 2);
      expect([...first.owned, ...second.owned].sort()).toEqual([0, 1, 2, 3]);
      await first.stop();
      await eventually('all of them', () => second.owned.size === 4);
    });

    it('hands over the partitions of a member whose connection ends', async () => {
      const [topic, group] = [await context.topic(2), randomUUID()];
      const first = await join(topic, group);
      const second = await join(topic, group);
      await eventually('one each', () => first.owned.size === 1 && second.owned.size === 1);
      await first.log.close();
      await eventually('both', () => second.owned.size === 2);
    });

    it('gives a partition to another member only after its owner has finished and let it go', async () => {
      const [topic, another, group] = [await context.topic(4), await context.topic(), randomUUID()];
      const producer = await context.log.createProducer();
      const free = Promise.withResolvers<undefined>();
      const events: string[] = [];
      const first = await join(topic, group, async () => {
        await free.promise;
        events.push('handled');
      });
      await producer.append([0, 1, 2, 3].map((partition) => record(topic, 'a', { partition })));
      await context.append(another, 'a');
      // What only the second one reads shows that it belongs to the group by now.
      await context.consume(
        { topics: [topic, another], group },
        {
          async onBatch(batch) {
            const what = batch.topic === another ? 'another topic' : 'taken over';
            events.push(`${what}, with ${first.owned.size} left: ${batch.records.length}`);
          },
        },
        await context.connect(),
      );
      await eventually('the other topic', () => events.length === 1);
      free.resolve(undefined);
      await eventually('the uncommitted record again', () => events.length === 6);
      const handled = Array.from({ length: 4 }, () => 'handled');
      expect(events).toEqual(['another topic, with 4 left: 1', ...handled, 'taken over, with 3 left: 1']);
    });

    it('goes on at the committed offset and keeps its metadata', async () => {
      const [topic, group] = [await context.topic(), randomUUID()];
      await context.append(topic, 'a', 'b', 'c');
      const first = await join(topic, group);
      const committed = { topic, partition: 0, offset: 2, metadata: '{"plan":"ü"}' };
      await first.consumer.commit([committed]);
      await expect(first.consumer.committed([{ topic, partition: 0 }])).resolves.toEqual([committed]);
      await first.stop();
      await expect(context.log.admin.committed(group, topic)).resolves.toEqual([committed]);
      const second = await join(topic, group);
      await eventually('the rest', () => second.records.length > 0);
      expect(valuesOf(second.records)).toEqual(['c']);
    });

    it('replaces offset and metadata together', async () => {
      const [topic, group] = [await context.topic(), randomUUID()];
      const { consumer } = await join(topic, group);
      await consumer.commit([{ topic, partition: 0, offset: 2, metadata: 'plan' }]);
      await consumer.commit([{ topic, partition: 0, offset: 1 }]);
      const committed = await consumer.committed([{ topic, partition: 0 }]);
      expect(committed).toEqual([{ topic, partition: 0, offset: 1 }]);
    });

    it('leaves out partitions without an offset, and forgets the offsets of a deleted group', async () => {
      const [topic, group] = [await context.topic(2), randomUUID()];
      const { consumer, stop } = await join(topic, group);
      await consumer.commit([{ topic, partition: 1, offset: 0 }]);
      const both = [0, 1].map((partition) => ({ topic, partition }));
      await expect(consumer.committed(both)).resolves.toEqual([{ topic, partition: 1, offset: 0 }]);
      await stop();
      await context.log.admin.deleteGroup(group);
      await expect(context.log.admin.committed(group, topic)).resolves.toEqual([]);
    });

    it('reads what nobody committed again, and what was committed no more', async () => {
      const [topic, group] = [await context.topic(), randomUUID()];
      await context.append(topic, 'a', 'b');
      const first = await join(topic, group);
      await eventually('both', () => first.records.length === 2);
      await first.consumer.commit([{ topic, partition: 0, offset: 1 }]);
      await first.log.close();
      const second = await join(topic, group);
      await eventually('the rest', () => second.records.length > 0);
      expect(valuesOf(second.records)).toEqual(['b']);
    });

    it('refuses the commit of a member that no longer owns the partition', async () => {
      const [topic, group] = [await context.topic(2), randomUUID()];
      const first = await join(topic, group);
      const second = await join(topic, group);
      await eventually('one each', () => first.owned.size === 1 && second.owned.size === 1);
      const [theirs = 0] = second.owned;
      const commit = first.consumer.commit([{ topic, partition: theirs, offset: 1 }]);
      await expect(commit).rejects.toThrow(PartitionsLostError);
      await expect(context.log.admin.committed(group, topic)).resolves.toEqual([]);
      await first.stop();
      const [mine = 0] = first.owned;
      const late = first.consumer.commit([{ topic, partition: mine, offset: 1 }]);
      await expect(late).rejects.toThrow(PartitionsLostError);
    });

    it('keeps groups apart', async () => {
      const topic = await context.topic();
      await context.append(topic, 'a');
      const members = [await join(topic, randomUUID()), await join(topic, randomUUID())];
      await eventually('the record in each', () => members.every(({ records }) => records.length === 1));
    });

    it('rejects for a topic that does not exist', async () => {
      const { done } = await context
        .consume({ topics: ['no-such-topic'], group: randomUUID() })
        .catch((error: unknown) => ({
          done: Promise.reject(error instanceof Error ? error : new Error(String(error))),
        }));
      await expect(done).rejects.toThrow(TopicNotFoundError);
    });
  });
}
