import { createMemoryLog } from '@ccd/eventlog/testing';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { StorageUnavailableError } from '@ccd/storage';
import { createMemoryStore } from '@ccd/storage/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runExportLoop } from './export-loop.ts';
import { PartitionExport } from './partition-export.ts';
import { ChunkPool } from './chunk-pool.ts';
import { Spool } from './spool.ts';
import { openUnnamedFile } from './unnamed-file.ts';

const folder = scratchDir();
const chunks = new ChunkPool(16);
const intervalMs = 60_000;

/** Wall time moves on by an interval at every sleep, which takes next to no real time. */
function hurriedClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    monotonic: () => systemClock.monotonic(),
    sleep: async (ms, signal) => {
      await systemClock.sleep(2, signal);
      now += ms;
    },
  };
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setUp({
  startAt = 'earliest',
  partitions = 2,
}: { startAt?: 'earliest' | 'latest'; partitions?: number } = {}) {
  const log = createMemoryLog();
  await log.admin.createTopic({ name: 'stream-1', partitions, config: { cleanup: 'delete' } });
  const producer = await log.createProducer();
  const store = createMemoryStore();
  const clock = hurriedClock();
  closers.push(() => log.close());

  const publish = async (...texts: string[]) => {
    await producer.append(
      texts.map((text, index) => ({
        topic: 'stream-1',
        partition: index % partitions,
        key: null,
        value: Buffer.from(text),
      })),
    );
  };
  const unreadable = new Set<string>();
  const told: string[] = [];
  const start = () => {
    const stopping = new AbortController();
    const { promise: started, resolve } = Promise.withResolvers<undefined>();
    const running = runExportLoop(
      {
        log,
        topic: 'stream-1',
        group: 'exporter',
        startAt,
        intervalMs,
        clock,
        onRunning: () => {
          resolve(undefined);
        },
        onBlocked: (partition, offset, error) => {
          told.push(`${partition} waits at ${offset}: ${String(error)}`);
        },
        onUnblocked: (partition) => {
          told.push(`${partition} goes on`);
        },
        createExport: (partition, committed, consumer, signal) =>
          new PartitionExport(
            {
              partition,
              prefix: '',
              content: 'events',
              intervalMs,
              header: '',
              render: async ({ value }, sink) => {
                const text = value?.toString() ?? '';
                if (unreadable.has(text)) throw new Error(`what is ${text}?`);
                sink.text(`${text}\n`);
                return true;
              },
              consumer,
              store,
              createSpool: () => new Spool(() => openUnnamedFile(folder), 100, chunks),
              signal,
            },
            committed,
          ),
      },
      stopping.signal,
    );
    running.catch(() => {});
    closers.push(async () => {
      stopping.abort();
      await running.catch(() => {});
    });
    return {
      started,
      running,
      stop: async () => {
        stopping.abort();
        await running;
      },
    };
  };
  const exported = () =>
    [...store.objects.values()].flatMap((bytes) => Buffer.from(bytes).toString().split('\n').slice(0, -1));
  return { log, store, publish, start, exported, unreadable, told };
}

describe(runExportLoop, () => {
  it('exports what is there and what comes, each event once, one object a partition and interval', async () => {
    const { publish, start, exported, store } = await setUp();
    await publish('a', 'b', 'c');
    start();
    await eventually('the first objects', () => exported().length === 3);
    await publish('d', 'e');
    await eventually('the next objects', () => exported().length === 5);
    expect(exported().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const key of store.objects.keys())
      expect(key).toMatch(/^1970-01-01T\d\d:\d\d:00-stream-1---[01]\.jsonl$/);
  });

  it('begins with what comes after its creation when it is told so, also if it ends before the first object', async () => {
    const { publish, start, exported } = await setUp({ startAt: 'latest' });
    await publish('before', 'before');
    const first = start();
    await first.started;
    await first.stop();
    await publish('after', 'after');
    start();
    await eventually('the events after', () => exported().length === 2);
    expect(exported()).toEqual(['after', 'after']);
  });

  it('ends with the error of the store, and carries on from its plan when it is started again', async () => {
    const { publish, start, exported, store } = await setUp({ partitions: 1 });
    store.failNext('put', new StorageUnavailableError('', 'away'));
    await publish('a');
    await expect(start().running).rejects.toThrow(StorageUnavailableError);
    await publish('b');
    start();
    await eventually('both objects', () => exported().length === 2);
    expect(exported()).toEqual(['a', 'b']);
  });

  it('leaves no gap and no duplicate when two share the partitions and one goes', async () => {
    const { publish, start, exported } = await setUp({ partitions: 4 });
    const first = start();
    start();
    await publish('a', 'b', 'c', 'd');
    await eventually('some are exported', () => exported().length > 0);
    await first.stop();
    await publish('e', 'f', 'g', 'h');
    await eventually('all are exported', () => exported().length >= 8);
    expect(exported().toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  });

  it('waits for a record that cannot be read, exports what came before it, and other partitions all the same', async () => {
    const { publish, start, exported, unreadable, told } = await setUp();
    unreadable.add('bad');
    await publish('a', 'b', 'bad', 'c', 'd', 'e');
    const first = start();
    await eventually('all but what waits', () => exported().length === 4);
    expect(exported().toSorted()).toEqual(['a', 'b', 'c', 'e']);
    expect(told).toContain('0 waits at 1: Error: what is bad?');
    await first.stop();
    expect(told).toContain('0 goes on');
    start();
    unreadable.clear();
    await eventually('the rest', () => exported().length === 6);
    expect(exported().filter((text) => ['a', 'bad', 'd'].includes(text))).toEqual(['a', 'bad', 'd']);
  });
});
