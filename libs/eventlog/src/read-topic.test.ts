import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TopicNotFoundError } from './errors.ts';
import { readTopic } from './read-topic.ts';
import type { ReadTopicOptions } from './read-topic.ts';
import { createMemoryLog } from './testing/memory-log.ts';
import type { MemoryLog } from './testing/memory-log.ts';

describe(readTopic, () => {
  let log: MemoryLog;
  beforeEach(async () => {
    log = createMemoryLog();
    await log.admin.createTopic({ name: 'events', partitions: 3, config: { cleanup: 'compact' } });
  });
  afterEach(() => log.close());

  async function append(partition: number, ...values: string[]): Promise<void> {
    const producer = await log.createProducer();
    const key = Buffer.from('k');
    await producer.append(
      values.map((value) => ({ topic: 'events', partition, key, value: Buffer.from(value) })),
    );
  }

  async function read(options?: ReadTopicOptions): Promise<string[]> {
    const values: string[] = [];
    for await (const { value } of readTopic(log, 'events', options)) values.push(String(value));
    return values;
  }

  it('reads every partition to its end, in order, and ends', async () => {
    const numbers = Array.from({ length: 1_200 }, (_, n) => String(n));
    await append(0, ...numbers);
    await append(2, 'other');
    const values = await read();
    expect(values.filter((value) => value !== 'other')).toEqual(numbers);
    expect(values).toHaveLength(1_201);
  });

  it('ends at once for an empty topic, or one read to its end before', async () => {
    await expect(read()).resolves.toEqual([]);
    await append(1, 'a', 'b');
    await expect(read({ from: new Map([[1, 2]]) })).resolves.toEqual([]);
    await expect(read({ from: new Map([[1, 1]]) })).resolves.toEqual(['b']);
  });

  it('does not follow a topic that grows while it is read', async () => {
    await append(0, 'a');
    const values: string[] = [];
    for await (const { value } of readTopic(log, 'events')) {
      values.push(String(value));
      await append(0, 'more');
    }
    expect(values).toEqual(['a']);
  });

  it('ends where records at the end have been compacted away', async () => {
    await append(0, 'a', 'b', 'c');
    await log.upkeep();
    await expect(read()).resolves.toEqual(['c']);
  });

  it('lets go when its reader stops early', async () => {
    await append(0, 'a', 'b');
    await append(1, 'c');
    const reading = readTopic(log, 'events');
    await reading.next();
    await reading.return();
    await expect(log.close()).resolves.toBeUndefined();
  });

  it('throws the reason of its signal', async () => {
    await append(0, 'a', 'b');
    const stop = new AbortController();
    const reading = readTopic(log, 'events', { signal: stop.signal });
    await reading.next();
    stop.abort(new Error('enough'));
    await expect(reading.next()).rejects.toThrow('enough');
  });

  it('throws for a topic that does not exist', async () => {
    await expect(readTopic(log, 'no-such-topic').next()).rejects.toThrow(TopicNotFoundError);
  });
});
