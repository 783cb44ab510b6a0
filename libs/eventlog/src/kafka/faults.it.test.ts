import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { describeWithServers, startKafka, uniqueName, useServer } from '@ccd/testkit/servers';
import { LogUnavailableError, PartitionsLostError, ProducerFencedError } from '../errors.ts';
import type { EventLog, StoredRecord } from '../port.ts';
import { readTopic } from '../read-topic.ts';
import { connectKafkaLog } from './connect-kafka-log.ts';
import { kafkaTestOptions } from './testing/kafka-harness.ts';

describeWithServers('kafka', 'connectKafkaLog, when a broker fails', () => {
  const server = useServer(() => startKafka());
  const logs: EventLog[] = [];

  afterEach(async () => {
    await server().resume();
    await Promise.all(logs.splice(0).map((log) => log.close()));
  });

  async function connect(deadlineMs: number): Promise<EventLog> {
    const options = kafkaTestOptions(server().brokers);
    const timing = { ...options.timing, sessionTimeoutMs: 1_000 };
    const log = await connectKafkaLog({ ...options, deadlineMs, timing });
    logs.push(log);
    return log;
  }

  async function newTopic(log: EventLog, partitions = 1): Promise<string> {
    const name = uniqueName('topic');
    await log.admin.createTopic({ name, partitions, config: { cleanup: 'delete' } });
    return name;
  }

  async function read(log: EventLog, topic: string): Promise<StoredRecord[]> {
    const records: StoredRecord[] = [];
    for await (const record of readTopic(log, topic)) records.push(record);
    return records;
  }

  const valueOf = (value: string | number) => ({ key: null, value: Buffer.from(String(value)) });

  it('stores each record once, in order, although the broker is killed in the midst of them', async () => {
    const log = await connect(25_000);
    const topic = await newTopic(log, 2);
    const producer = await log.createProducer();
    let sent = 0;
    let acknowledged = 0;
    let stop = false;
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      while (!stop) {
        await producer.append([{ topic, partition: lane % 2, ...valueOf(sent++) }]);
        acknowledged++;
      }
    });
    for (let kill = 1; kill <= 2; kill++) {
      await eventually('records before the kill', () => acknowledged > kill * 50);
      await server().kill();
      await server().restart();
      const before = acknowledged;
      await eventually('records after it', () => acknowledged > before + 50, 20_000);
    }
    stop = true;
    await Promise.all(lanes);
    const records = await read(log, topic);
    const numbers = records.map(({ value }) => Number(value));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toHaveLength(sent);
    for (const partition of [0, 1]) {
      const ofPartition = records.filter((record) => record.partition === partition);
      const inOrder = ofPartition.map(({ value }) => Number(value));
      expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other));
    }
  });

  it('says within the deadline that an append has no outcome, and goes on when the broker does', async () => {
    const log = await connect(1_500);
    const topic = await newTopic(log);
    const producer = await log.createProducer();
    await producer.append([{ topic, ...valueOf('before') }]);
    await server().pause();
    const started = performance.now();
    const outcomes = await Promise.allSettled([
      producer.append([{ topic, ...valueOf('unknown') }]),
      producer.append([{ topic, ...valueOf('unknown too') }]),
      log.ping(),
    ]);
    expect(performance.now() - started).toBeLessThan(4_000);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LogUnavailableError) });
    }
    await server().resume();
    await eventually('the next append', async () => {
      await producer.append([{ topic, ...valueOf('after') }]);
      return true;
    });
    const values = (await read(log, topic)).map(({ value }) => String(value));
    expect(values[0]).toBe('before');
    expect(values.at(-1)).toBe('after');
    for (const value of ['unknown', 'unknown too', 'after']) {
      expect(values.filter((each) => each === value).length).toBeLessThanOrEqual(1);
    }
  });

  it('has no append wait for those before it beyond its own deadline', async () => {
    const log = await connect(1_500);
    const topic = await newTopic(log);
    const producer = await log.createProducer();
    await producer.append([{ topic, ...valueOf('before') }]);
    await server().pause();
    // With it goes what is known of the topic, so that each of the next has to ask first.
    await expect(producer.append([{ topic, ...valueOf('first') }])).rejects.toThrow(LogUnavailableError);
    const started = performance.now();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => producer.append([{ topic, ...valueOf('waiting') }])),
    );
    expect(performance.now() - started).toBeLessThan(4_000);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LogUnavailableError) });
    }
  });

  it('spends a producer whose transaction has no outcome; its successor finds all of it or nothing', async () => {
    const log = await connect(1_500);
    const [source, target, id] = [await newTopic(log), await newTopic(log), uniqueName('id')];
    const transaction = (value: string, offset: number) => ({
      records: [{ topic: target, ...valueOf(value) }],
      group: id,
      offsets: [{ topic: source, partition: 0, offset }],
    });
    const producer = await log.createTransactionalProducer(id);
    await producer.commit(transaction('first', 1));
    await server().pause();
    await expect(producer.commit(transaction('unknown', 2))).rejects.toThrow(LogUnavailableError);
    await expect(producer.commit(transaction('never', 3))).rejects.toThrow(ProducerFencedError);
    await server().resume();
    const successor = await eventually('the successor', () => log.createTransactionalProducer(id));
    const [{ offset } = { offset: -1 }] = await log.admin.committed(id, source);
    const values = (await read(log, target)).map(({ value }) => String(value));
    expect(values).toEqual(offset === 1 ? ['first'] : ['first', 'unknown']);
    await successor.commit(transaction('second', 4));
    await expect(log.admin.committed(id, source)).resolves.toMatchObject([{ offset: 4 }]);
  });

  it('tells a handler that its partition is lost when the group cannot be reached for a session', async () => {
    const log = await connect(20_000);
    const topic = await newTopic(log);
    const producer = await log.createProducer();
    await producer.append([{ topic, ...valueOf('a') }]);
    const group = uniqueName('group');
    const consumer = await log.createConsumer({ topics: [topic], group, startAt: 'earliest' });
    const stop = new AbortController();
    const begun = Promise.withResolvers<AbortSignal>();
    const events: string[] = [];
    const running = consumer.run(
      {
        async onAssigned() {
          events.push('assigned');
        },
        async onRevoked() {
          events.push('revoked');
        },
        async onBatch({ records }, signal) {
          events.push(`batch of ${records.length}`);
          begun.resolve(signal);
          if (events.length > 2) return;
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
          await expect(consumer.commit([{ topic, partition: 0, offset: 1 }])).rejects.toThrow(
            PartitionsLostError,
          );
          throw new Error('of no account, since the batch is delivered again');
        },
      },
      stop.signal,
    );
    const signal = await begun.promise;
    await server().pause();
    await eventually('the loss', () => signal.aborted);
    await server().resume();
    await eventually('the batch again', () => events.length === 5);
    stop.abort();
    await running;
    expect(events).toEqual(['assigned', 'batch of 1', 'revoked', 'assigned', 'batch of 1', 'revoked']);
  });
});
