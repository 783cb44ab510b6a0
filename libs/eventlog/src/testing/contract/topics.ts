import type * as jestGlobals from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { InvalidTopicError, TopicExistsError, TopicNotFoundError } from '../../errors.ts';
import type { ContractContext } from './context.ts';
import { record } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

export function describeTopics(context: ContractContext): void {
  describe('topics', () => {
    it('describes and lists a topic as it was created', async () => {
      const { admin } = context.log;
      const name = await context.topic(3, { cleanup: 'delete', retentionMs: 60_000 });
      const description = await admin.describeTopic(name);
      expect(description).toMatchObject({
        name,
        partitions: 3,
        config: { cleanup: 'delete', retentionMs: 60_000 },
      });
      expect(await admin.listTopics()).toContainEqual(description);
    });

    it('refuses a second topic of the same name', async () => {
      const name = await context.topic();
      const again = context.log.admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
      await expect(again).rejects.toThrow(TopicExistsError);
    });

    it('changes the configuration and nothing else', async () => {
      const { admin } = context.log;
      const name = await context.topic(2, { cleanup: 'delete', retentionMs: 60_000 });
      const before = await admin.describeTopic(name);
      await admin.alterTopic(name, { cleanup: 'delete', retentionMs: 120_000 });
      const config = { cleanup: 'delete', retentionMs: 120_000 };
      await eventually('the new configuration', async () => {
        expect(await admin.describeTopic(name)).toEqual({ ...before, config });
        return true;
      });
    });

    it('deletes a topic with its records and its groups offsets; a new one of the name is another topic', async () => {
      const { admin } = context.log;
      const name = await context.topic();
      await context.append(name, 'old');
      const { consumer, stop } = await context.consume({ topics: [name], group: 'readers' });
      await consumer.commit([{ topic: name, partition: 0, offset: 1 }]);
      await stop();
      const before = await admin.describeTopic(name);
      await admin.deleteTopic(name);
      await eventually('the topic is gone', async () => (await admin.describeTopic(name)) === undefined);
      const after = await admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
      expect(after.id).not.toBe(before?.id);
      await expect(admin.bounds(name)).resolves.toEqual([
        { topic: name, partition: 0, earliest: 0, latest: 0 },
      ]);
      await expect(admin.committed('readers', name)).resolves.toEqual([]);
    });

    it('deletes a topic by id only while the id is its own', async () => {
      const { admin } = context.log;
      const name = await context.topic();
      await expect(admin.deleteTopic(name, 'somebody-elses')).rejects.toThrow(TopicNotFoundError);
      const id = (await admin.describeTopic(name))?.id;
      await admin.deleteTopic(name, id);
      await eventually('the topic is gone', async () => (await admin.describeTopic(name)) === undefined);
    });

    it('tells where each partition begins and ends', async () => {
      const name = await context.topic(2);
      const producer = await context.log.createProducer();
      await producer.append([record(name, 'a', { partition: 1 }), record(name, 'b', { partition: 1 })]);
      expect(await context.log.admin.bounds(name)).toEqual([
        { topic: name, partition: 0, earliest: 0, latest: 0 },
        { topic: name, partition: 1, earliest: 0, latest: 2 },
      ]);
    });

    it('knows nothing of a topic that does not exist', async () => {
      const { admin } = context.log;
      await expect(admin.describeTopic('no-such-topic')).resolves.toBeUndefined();
      await expect(admin.deleteTopic('no-such-topic')).rejects.toThrow(TopicNotFoundError);
      await expect(admin.alterTopic('no-such-topic', { cleanup: 'delete' })).rejects.toThrow(
        TopicNotFoundError,
      );
      await expect(admin.bounds('no-such-topic')).rejects.toThrow(TopicNotFoundError);
      await expect(admin.deleteGroup('no-such-group')).resolves.toBeUndefined();
    });

    it.each([
      '',
      '.',
      '..',
      'a/b',
      '../a',
      'a b',
      'a\u0000',
      'ä',
      'x'.repeat(250),
      "a'; DROP TABLE topics; --",
    ])('refuses to create a topic named %j', async (name) => {
      const spec = { name, partitions: 1, config: { cleanup: 'delete' } } as const;
      await expect(context.log.admin.createTopic(spec)).rejects.toThrow(InvalidTopicError);
    });

    it.each([0, -1, 1.5, Number.NaN, 1e9])(
      'refuses to create a topic of %d partitions',
      async (partitions) => {
        const spec = { name: 'odd', partitions, config: { cleanup: 'delete' } } as const;
        await expect(context.log.admin.createTopic(spec)).rejects.toThrow(InvalidTopicError);
      },
    );
  });
}
