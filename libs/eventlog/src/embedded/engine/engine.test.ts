import type { DatabaseSync } from 'node:sqlite';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { LogUnavailableError } from '../../errors.ts';
import type { TopicConfig } from '../../port.ts';
import { createEmbeddedLog } from '../client/connect-embedded-log.ts';
import type { EmbeddedLog } from '../client/connect-embedded-log.ts';
import { openDatabase } from '../store/open-database.ts';
import { encodeFrame } from '../wire/frames.ts';
import { createEngine } from './engine.ts';
import type { Engine } from './engine.ts';

const dayMs = 24 * 60 * 60 * 1000;

describe(createEngine, () => {
  let clock = createFakeClock();
  let db: DatabaseSync;
  let engine: Engine;
  let log: EmbeddedLog;
  let faults: unknown[] = [];

  beforeEach(() => {
    clock = createFakeClock();
    faults = [];
    db = openDatabase(':memory:');
    engine = createEngine(db, {
      clock,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      onFault: (fault) => faults.push(fault),
    });
    log = connect(1_000);
  });
  afterEach(async () => {
    await log.close();
    await engine.close();
  });

  function connect(heartbeatMs: number | undefined): EmbeddedLog {
    return createEmbeddedLog({
      async open() {
        const [near, far] = duplexPair();
        far.on('close', () => near.destroy());
        engine.accept(far);
        return near;
      },
      clock,
      deadlineMs: undefined,
      heartbeatMs,
    });
  }

  async function fill(config: TopicConfig, records: number, keys: number): Promise<void> {
    await log.admin.createTopic({ name: 'events', partitions: 1, config });
    const producer = await log.createProducer();
    await producer.append(
      Array.from({ length: records }, (_, n) => ({
        topic: 'events',
        key: Buffer.from(String(n % keys)),
        value: Buffer.from(String(n)),
      })),
    );
  }

  const count = (table: string): unknown => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];

  it('retains whole topics however large they are', async () => {
    await fill({ cleanup: 'delete', retentionMs: dayMs }, 2_300, 10);
    clock.jumpWallTime(dayMs + 1);
    await engine.upkeep();
    expect(count('records')).toBe(0);
    await expect(log.admin.bounds('events')).resolves.toMatchObject([{ earliest: 2_300, latest: 2_300 }]);
  });

  it('runs retention by itself', async () => {
    await fill({ cleanup: 'delete', retentionMs: 30_000 }, 1, 1);
    await clock.advance(60_000);
    await eventually('the record is gone', () => count('records') === 0);
    expect(faults).toEqual([]);
  });

  it('does not believe a producer about the age of a record', async () => {
    await log.admin.createTopic({
      name: 'events',
      partitions: 1,
      config: { cleanup: 'delete', retentionMs: dayMs },
    });
    const producer = await log.createProducer();
    const record = { topic: 'events', key: null, value: Buffer.from('a') };
    await producer.append([{ ...record, timestamp: clock.now() + 100 * dayMs }]);
    clock.jumpWallTime(dayMs + 1);
    await engine.upkeep();
    expect(count('records')).toBe(0);
  });

  it('compacts a topic of any size to one record for each key', async () => {
    await fill({ cleanup: 'compact' }, 2_300, 7);
    await engine.upkeep();
    expect(count('records')).toBe(7);
  });

  it('lets tombstones stand for a day, and then forgets the key', async () => {
    await fill({ cleanup: 'compact' }, 2, 1);
    const producer = await log.createProducer();
    await producer.append([{ topic: 'events', key: Buffer.from('0'), value: null }]);
    clock.jumpWallTime(dayMs);
    await engine.upkeep();
    expect(count('records')).toBe(1);
    clock.jumpWallTime(1);
    await engine.upkeep();
    expect([count('records'), count('newest')]).toEqual([0, 0]);
  });

  it('removes every trace of a deleted topic', async () => {
    await fill({ cleanup: 'compact' }, 2_300, 600);
    await engine.upkeep();
    await log.admin.deleteTopic('events');
    await engine.upkeep();
    expect([count('records'), count('newest'), count('partitions'), count('topics')]).toEqual([0, 0, 0, 0]);
  });

  it('forgets the outcomes of clients that left, and of those not seen for a day', async () => {
    const leaving = connect(1_000);
    await leaving.admin.createTopic({ name: 'events', partitions: 1, config: { cleanup: 'delete' } });
    await leaving.close();
    expect(count('outcomes')).toBe(0);
    await log.admin.deleteTopic('events');
    clock.jumpWallTime(dayMs + 1);
    await engine.upkeep();
    expect(count('outcomes')).toBe(0);
  });

  it('refuses what it cannot store, stays up, and stores again when there is room', async () => {
    await fill({ cleanup: 'delete' }, 1, 1);
    const producer = await log.createProducer();
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
    db.exec(`PRAGMA max_page_count = ${pages}`);
    const large = { topic: 'events', key: null, value: Buffer.alloc(500_000) };
    await expect(producer.append([large])).rejects.toThrow(LogUnavailableError);
    await expect(log.admin.bounds('events')).resolves.toMatchObject([{ latest: 1 }]);
    expect(faults).toHaveLength(1);
    db.exec(`PRAGMA max_page_count = ${pages + 10_000}`);
    await expect(producer.append([large])).resolves.toMatchObject([{ offset: 1 }]);
  });

  it('takes the partitions of a client that has fallen silent, and only of that one', async () => {
    await fill({ cleanup: 'delete' }, 1, 1);
    const silent = connect(undefined);
    const owners: string[] = [];
    const stop = new AbortController();
    const join = async (name: string, on: EmbeddedLog) => {
      const consumer = await on.createConsumer({ topics: ['events'], group: 'g', startAt: 'earliest' });
      return consumer.run(
        { onAssigned: async () => void owners.push(name), async onBatch() {} },
        stop.signal,
      );
    };
    const runs = [join('silent', silent)];
    await eventually('the silent one owns it', () => owners.includes('silent'));
    runs.push(join('lively', log));
    await clock.advance(60_000);
    await eventually('the lively one owns it', () => owners.includes('lively'));
    expect(owners.slice(0, 2)).toEqual(['silent', 'lively']);
    stop.abort();
    await Promise.all(runs);
    await silent.close();
  });

  it('expels a member that does not finish in time, so that the next one gets its partition', async () => {
    await fill({ cleanup: 'delete' }, 1, 1);
    const stuck = Promise.withResolvers<undefined>();
    const signals: AbortSignal[] = [];
    const stop = new AbortController();
    const slow = await log.createConsumer({ topics: ['events', 'more'], group: 'g', startAt: 'earliest' });
    await log.admin.createTopic({ name: 'more', partitions: 1, config: { cleanup: 'delete' } });
    const slowRun = slow.run(
      {
        async onBatch(_, signal) {
          signals.push(signal);
          if (signals.length === 1) await stuck.promise;
        },
      },
      stop.signal,
    );
    await eventually('it is stuck', () => signals.length === 1);
    const seen: string[] = [];
    const next = await log.createConsumer({ topics: ['events'], group: 'g', startAt: 'earliest' });
    const nextRun = next.run({ onBatch: async ({ topic }) => void seen.push(topic) }, stop.signal);
    await clock.advance(60_000);
    await eventually('the next one has it', () => seen.length === 1);
    expect(signals[0]?.aborted).toBe(true);
    stuck.resolve(undefined);
    stop.abort();
    await Promise.all([slowRun, nextRun]);
  });

  it('holds little for a client that asks for much and reads nothing', async () => {
    await log.admin.createTopic({ name: 'events', partitions: 1, config: { cleanup: 'delete' } });
    const producer = await log.createProducer();
    await producer.append([{ topic: 'events', key: null, value: Buffer.alloc(1_000_000) }]);
    const [near, far] = duplexPair();
    engine.accept(far);
    near.write(encodeFrame({ op: 'hello', id: 0, version: 1, client: crypto.randomUUID() }));
    const fetch = { op: 'fetch', topic: 'events', partition: 0, offset: 0, maxRecords: 1, maxBytes: 1 };
    for (let id = 1; id <= 200; id++) near.write(encodeFrame({ ...fetch, id }));
    await eventually('answers are held', () => far.writableLength > 1_000_000);
    await log.ping();
    expect(far.writableLength).toBeLessThan(8_000_000);
    near.destroy();
    far.destroy();
  });
});

describe(openDatabase, () => {
  it('is durable through a power cut: every commit waits for the disk', () => {
    const db = openDatabase(':memory:');
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA secure_delete').get()).toEqual({ secure_delete: 1 });
    db.close();
  });
});
