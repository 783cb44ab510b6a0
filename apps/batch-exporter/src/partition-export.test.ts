import type { CommittedOffset, RecordBatch, StoredRecord } from '@ccd/eventlog';
import { StorageUnavailableError } from '@ccd/storage';
import { createMemoryStore } from '@ccd/storage/testing';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { PartitionExport } from './partition-export.ts';
import { ChunkPool } from './chunk-pool.ts';
import { Spool } from './spool.ts';
import { openUnnamedFile } from './unnamed-file.ts';

const folder = scratchDir();
const chunks = new ChunkPool(100);
const partition = { topic: 'stream-1', partition: 0 };
const minute = 60_000;

const record = (offset: number, text = `r${offset}`): StoredRecord => ({
  ...partition,
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.from(text),
  headers: {},
});

const batch = (from: number, to: number): RecordBatch => ({
  ...partition,
  records: Array.from({ length: to - from }, (_, index) => record(from + index)),
  nextOffset: to,
  highWatermark: to,
});

/** A world that outlives exports: what is committed and what is stored. */
function setUp({ header = '' } = {}) {
  const store = createMemoryStore();
  const world = { committed: { ...partition, offset: 0 } as CommittedOffset, failCommit: false };
  const start = () =>
    new PartitionExport(
      {
        partition,
        prefix: 'out',
        content: 'events',
        intervalMs: minute,
        header,
        store,
        signal: new AbortController().signal,
        consumer: {
          commit: async ([offset]) => {
            if (world.failCommit) throw new Error('log away');
            if (offset !== undefined) world.committed = offset;
          },
        },
        createSpool: () => new Spool(() => openUnnamedFile(folder), 1024, chunks),
        render: async ({ value }, sink) => {
          if (value?.toString() === 'skip') return false;
          sink.text(`${value?.toString()}\n`);
          return true;
        },
      },
      world.committed,
    );
  const objects = () =>
    Object.fromEntries([...store.objects].map(([key, bytes]) => [key, Buffer.from(bytes).toString()]));
  return { store, world, start, objects };
}

const first = 'out/1970-01-01T00:01:00-stream-1---0.jsonl';
const second = 'out/1970-01-01T00:02:00-stream-1---0.jsonl';

describe(PartitionExport, () => {
  it('writes one object an interval and commits its end', async () => {
    const { start, objects, world } = setUp();
    const exporting = start();
    await exporting.accept(batch(0, 2));
    await exporting.accept(batch(2, 3));
    await exporting.finishInterval(minute + 900);
    await exporting.accept(batch(3, 4));
    await exporting.finishInterval(2 * minute + 900);
    expect(objects()).toEqual({ [first]: 'r0\nr1\nr2\n', [second]: 'r3\n' });
    expect(world.committed.offset).toBe(4);
  });

  it('writes nothing for an interval without records', async () => {
    const { start, objects } = setUp();
    const exporting = start();
    await exporting.finishInterval(minute);
    expect(objects()).toEqual({});
  });

  it('passes records that are not exported without an object', async () => {
    const { start, objects, world } = setUp();
    const exporting = start();
    await exporting.accept({ ...batch(0, 1), records: [record(0, 'skip')] });
    await exporting.finishInterval(minute);
    expect(objects()).toEqual({});
    expect(world.committed.offset).toBe(1);
  });

  it('begins every object with the header', async () => {
    const { start, objects } = setUp({ header: 'head\n' });
    const exporting = start();
    await exporting.accept(batch(0, 1));
    await exporting.finishInterval(minute);
    await exporting.accept(batch(1, 2));
    await exporting.finishInterval(2 * minute);
    expect(Object.values(objects())).toEqual(['head\nr0\n', 'head\nr1\n']);
  });

  it.each([
    ['before the object', false],
    ['after the object, before its end was committed', true],
  ])('writes the planned object again, the same, after a crash %s', async (_case, lost) => {
    const { start, objects, store, world } = setUp();
    store.failNext('put', new StorageUnavailableError(first, 'crash'), { lost });
    const crashed = start();
    await crashed.accept(batch(0, 3));
    await expect(crashed.finishInterval(minute)).rejects.toThrow(StorageUnavailableError);
    expect(world.committed.offset).toBe(0);

    const restarted = start();
    // Batches are cut differently this time, and there is more in the log.
    await restarted.accept(batch(0, 1));
    await restarted.finishInterval(5 * minute);
    await restarted.accept(batch(1, 6));
    expect(objects()).toEqual({ [first]: 'r0\nr1\nr2\n' });
    await restarted.finishInterval(6 * minute);
    expect(objects()).toEqual({
      [first]: 'r0\nr1\nr2\n',
      'out/1970-01-01T00:06:00-stream-1---0.jsonl': 'r3\nr4\nr5\n',
    });
    expect(world.committed.offset).toBe(6);
  });

  it('has written nothing when the plan could not be committed', async () => {
    const { start, objects, world } = setUp();
    const exporting = start();
    await exporting.accept(batch(0, 1));
    world.failCommit = true;
    await expect(exporting.finishInterval(minute)).rejects.toThrow('log away');
    expect(objects()).toEqual({});
  });

  it('finishes a plan whose last records were compacted away', async () => {
    const { start, objects, store, world } = setUp();
    store.failNext('put', new StorageUnavailableError(first, 'crash'));
    const crashed = start();
    await crashed.accept(batch(0, 3));
    await expect(crashed.finishInterval(minute)).rejects.toThrow(StorageUnavailableError);

    const restarted = start();
    await restarted.accept({ ...batch(0, 2), nextOffset: 2 });
    await restarted.accept({ ...batch(0, 0), records: [], nextOffset: 3 });
    expect(objects()).toEqual({ [first]: 'r0\nr1\n' });
    expect(world.committed.offset).toBe(3);
  });

  it('leaves an object of somebody else under its name and takes the next boundary', async () => {
    const { start, objects, store } = setUp();
    await store.put(first, Buffer.from('foreign'));
    const exporting = start();
    await exporting.accept(batch(0, 1));
    await exporting.finishInterval(minute);
    expect(objects()).toEqual({ [first]: 'foreign', [second]: 'r0\n' });
  });

  it('leaves it also when a crash came between its plan and the object', async () => {
    const { start, objects, store } = setUp();
    await store.put(first, Buffer.from('foreign'));
    store.failNext('put', new StorageUnavailableError(first, 'crash'));
    const crashed = start();
    await crashed.accept(batch(0, 1));
    await expect(crashed.finishInterval(minute)).rejects.toThrow(StorageUnavailableError);

    await start().accept(batch(0, 1));
    expect(objects()).toEqual({ [first]: 'foreign', [second]: 'r0\n' });
  });

  it('knows its own object when records have gone since it was written', async () => {
    const { start, objects, store, world } = setUp();
    store.failNext('put', new StorageUnavailableError(first, 'crash'), { lost: true });
    const crashed = start();
    await crashed.accept(batch(0, 3));
    await expect(crashed.finishInterval(minute)).rejects.toThrow(StorageUnavailableError);

    await start().accept(batch(2, 3));
    expect(objects()).toEqual({ [first]: 'r0\nr1\nr2\n' });
    expect(world.committed.offset).toBe(3);
  });

  it('never names two objects alike when the clock goes back', async () => {
    const { start, objects } = setUp();
    const exporting = start();
    await exporting.accept(batch(0, 1));
    await exporting.finishInterval(minute);
    await exporting.accept(batch(1, 2));
    await exporting.finishInterval(minute);
    expect(objects()).toEqual({ [first]: 'r0\n', [second]: 'r1\n' });
  });
});
