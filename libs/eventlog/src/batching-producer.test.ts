import { describe, expect, it } from '@jest/globals';
import { createBatchingProducer } from './batching-producer.ts';
import type { BatchLimits } from './batching-producer.ts';
import { LogUnavailableError, RecordTooLargeError, TopicNotFoundError } from './errors.ts';
import type { RecordToAppend } from './port.ts';

const record = (topic: string, value: string): RecordToAppend => ({
  topic,
  key: Buffer.from('k'),
  value: Buffer.from(value),
});

/** A log that refuses values that begin with `!`, and topics that begin with `no`. */
function setUp(limits: BatchLimits = {}) {
  const appends: string[][] = [];
  const world = { failure: undefined as Error | undefined };
  const batching = createBatchingProducer(
    {
      append: async (records) => {
        appends.push(records.map(({ topic, value }) => `${topic}:${String(value)}`));
        if (world.failure !== undefined) throw world.failure;
        for (const { topic, value } of records) {
          if (topic.startsWith('no')) throw new TopicNotFoundError(topic);
          if (value?.[0] === 0x21) throw new RecordTooLargeError(topic, value.length, 1);
        }
        return [];
      },
    },
    limits,
  );
  const append = (...records: readonly RecordToAppend[]) =>
    Promise.allSettled(records.map((each) => batching.append(each)));
  return { appends, append, world };
}

describe(createBatchingProducer, () => {
  it('appends what one turn of the event loop brings in one call for each topic, in order', async () => {
    const { appends, append } = setUp();
    await append(record('a', '1'), record('b', '2'), record('a', '3'));
    await append(record('a', '4'));
    expect(appends).toStrictEqual([['a:1', 'a:3'], ['b:2'], ['a:4']]);
  });

  it('fails a topic that is not there by itself', async () => {
    const { append } = setUp();
    const [first, second] = await append(record('none', '1'), record('a', '2'));
    expect(first).toMatchObject({ status: 'rejected', reason: { name: 'TopicNotFoundError' } });
    expect(second).toMatchObject({ status: 'fulfilled' });
  });

  it('fails a record that is refused by itself', async () => {
    const { append } = setUp();
    const outcomes = await append(record('a', '1'), record('a', '!'), record('a', '3'));
    expect(outcomes.map(({ status }) => status)).toStrictEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('appends nothing twice when it cannot know what became of a batch', async () => {
    const { appends, append, world } = setUp();
    world.failure = new LogUnavailableError('gone');
    const outcomes = await append(record('a', '1'), record('a', '2'));
    expect(outcomes.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(appends).toHaveLength(1);
  });

  it.each<[string, BatchLimits, string[][]]>([
    ['records', { maxRecords: 2 }, [['a:111', 'a:222'], ['a:333']]],
    ['bytes', { maxBytes: 9 }, [['a:111', 'a:222'], ['a:333']]],
    ['bytes that one record exceeds', { maxBytes: 1 }, [['a:111'], ['a:222'], ['a:333']]],
  ])('bounds an append by its %s', async (_what, limits, expected) => {
    const { appends, append } = setUp(limits);
    await append(record('a', '111'), record('a', '222'), record('a', '333'));
    expect(appends).toStrictEqual(expected);
  });
});
