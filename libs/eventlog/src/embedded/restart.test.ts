import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock as clock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { LogUnavailableError, PartitionsLostError, ProducerFencedError } from '../errors.ts';
import { connectEmbeddedLog, createEmbeddedLog } from './client/connect-embedded-log.ts';
import type { EmbeddedLog } from './client/connect-embedded-log.ts';
import { startEmbeddedEngine } from './start-embedded-engine.ts';
import type { EmbeddedEngine } from './start-embedded-engine.ts';

describe('a client through a restart of the engine', () => {
  const root = scratchDir();
  let round = 0;
  let start: () => Promise<EmbeddedEngine>;
  let engine: EmbeddedEngine;
  let log: EmbeddedLog;

  beforeEach(async () => {
    const folder = join(root, String(round++));
    const socketPath = join(folder, 'run', 'log.sock');
    start = () => startEmbeddedEngine({ dataDir: join(folder, 'data'), socketPath, clock });
    engine = await start();
    log = await connectEmbeddedLog({ socketPath, clock, deadlineMs: 5_000 });
    await log.admin.createTopic({ name: 'events', partitions: 1, config: { cleanup: 'delete' } });
  });
  afterEach(async () => {
    await log.close();
    await engine.close();
  });

  const record = (value: string) => ({ topic: 'events', key: null, value: Buffer.from(value) });

  it('stores what was asked for in between, once and in order', async () => {
    const producer = await log.createProducer();
    const before = Array.from({ length: 50 }, (_, n) => producer.append([record(`before ${n}`)]));
    const closing = engine.close();
    const during = Array.from({ length: 50 }, (_, n) => producer.append([record(`during ${n}`)]));
    await closing;
    engine = await start();
    const positions = (await Promise.all([...before, ...during])).flat();
    expect(positions.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    await expect(log.admin.bounds('events')).resolves.toMatchObject([{ latest: 100 }]);
  });

  it('goes on reading where it was, alone or in a group', async () => {
    const seen: Record<string, string[]> = { alone: [], member: [] };
    const stop = new AbortController();
    const runs = ['alone', 'member'].map(async (name) => {
      const group = name === 'member' ? { group: 'g' } : {};
      const consumer = await log.createConsumer({ topics: ['events'], startAt: 'earliest', ...group });
      return consumer.run(
        {
          async onBatch({ topic, partition, records, nextOffset }) {
            if (name === 'member') await consumer.commit([{ topic, partition, offset: nextOffset }]);
            seen[name]?.push(...records.map(({ value }) => String(value)));
          },
        },
        stop.signal,
      );
    });
    const producer = await log.createProducer();
    await producer.append([record('before')]);
    await eventually('both have read', () => Object.values(seen).every(({ length }) => length === 1));
    await engine.close();
    engine = await start();
    await producer.append([record('after')]);
    await eventually('both have read on', () => Object.values(seen).every(({ length }) => length === 2));
    expect(seen).toEqual({ alone: ['before', 'after'], member: ['before', 'after'] });
    stop.abort();
    await Promise.all(runs);
  });

  it('tells a handler that its partition is lost, ignores its error, and delivers the batch again', async () => {
    const producer = await log.createProducer();
    await producer.append([record('a')]);
    const consumer = await log.createConsumer({ topics: ['events'], startAt: 'earliest', group: 'g' });
    const stop = new AbortController();
    const reasons: unknown[] = [];
    const run = consumer.run(
      {
        async onBatch({ topic, partition, nextOffset }, signal) {
          if (reasons.length === 0) {
            await engine.close();
            await eventually('the loss', () => signal.aborted);
            reasons.push(signal.reason);
            engine = await start();
          } else stop.abort();
          await consumer.commit([{ topic, partition, offset: nextOffset }]);
        },
      },
      stop.signal,
    );
    await run;
    expect(reasons).toEqual([expect.any(PartitionsLostError)]);
    await expect(log.admin.committed('g', 'events')).resolves.toMatchObject([{ offset: 1 }]);
  });

  it('still fences the producers of earlier epochs, and lets the latest one go on', async () => {
    const zombie = await log.createTransactionalProducer('id');
    const latest = await log.createTransactionalProducer('id');
    await engine.close();
    engine = await start();
    const transaction = { records: [record('a')], group: 'g', offsets: [] };
    await expect(zombie.commit(transaction)).rejects.toThrow(ProducerFencedError);
    await latest.commit(transaction);
    await expect(log.admin.bounds('events')).resolves.toMatchObject([{ latest: 1 }]);
  });

  it('keeps its tables', async () => {
    const table = log.table('keys');
    await table.write({ expect: [], put: [{ key: 'a', value: Buffer.from('1') }] });
    await engine.close();
    engine = await start();
    await expect(table.get(['a', 'b'])).resolves.toEqual(new Map([['a', Buffer.from('1')]]));
  });

  it('gives up after the deadline, and works again when the engine is back', async () => {
    const impatient = await connectEmbeddedLog({ socketPath: engine.socketPath, clock, deadlineMs: 200 });
    const producer = await impatient.createProducer();
    const consumer = await impatient.createConsumer({ topics: ['events'], startAt: 'earliest' });
    const run = consumer.run({ async onBatch() {} }, new AbortController().signal);
    await producer.append([record('a')]);
    await engine.close();
    await expect(producer.append([record('b')])).rejects.toThrow(LogUnavailableError);
    await expect(run).rejects.toThrow(LogUnavailableError);
    engine = await start();
    await eventually('it is back', () => impatient.ping().then(() => true));
    await expect(producer.append([record('c')])).resolves.toHaveLength(1);
    await impatient.close();
  });

  it('closes while it is still connecting', async () => {
    const opened = Promise.withResolvers<undefined>();
    const hesitant = createEmbeddedLog({
      async open() {
        await opened.promise;
        return connect(engine.socketPath);
      },
      clock,
      deadlineMs: 5_000,
      heartbeatMs: undefined,
    });
    const closed = hesitant.close();
    opened.resolve(undefined);
    await expect(closed).resolves.toBeUndefined();
  });

  it('cannot connect where no engine is', async () => {
    const socketPath = join(root, 'none.sock');
    await expect(connectEmbeddedLog({ socketPath, clock, deadlineMs: 50 })).rejects.toThrow(
      LogUnavailableError,
    );
  });
});
