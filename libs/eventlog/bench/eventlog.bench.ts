import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock as clock } from '@ccd/reconcile';
import { median, onOtherCore } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { connectEmbeddedLog } from '../src/index.ts';
import type { EmbeddedLog } from '../src/index.ts';
import { spawnEngine } from '../src/testing/index.ts';

const topic = 'bench';
const [key, value] = [Buffer.alloc(36, 'k'), Buffer.alloc(264, 'v')];

/** Records per second while `lanes` appends of `size` records are under way. */
async function append(log: EmbeddedLog, size: number, lanes: number, ms: number): Promise<number> {
  const producer = await log.createProducer();
  const records = Array.from({ length: size }, () => ({ topic, key, value }));
  const start = performance.now();
  let count = 0;
  const lane = async (): Promise<void> => {
    for (let turn = 0; performance.now() - start < ms; turn++) {
      await producer.append(records.map((record) => ({ ...record, partition: turn % 4 })));
      count += size;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (count / (performance.now() - start)) * 1_000;
}

/** The same rows by one process that has the database to itself: what the disk and SQLite leave room for. */
function insertAlone(folder: string, size: number, ms: number): number {
  const db = new DatabaseSync(join(folder, `alone-${size}.db`));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE records (id INTEGER PRIMARY KEY, key BLOB, value BLOB) STRICT');
  const insert = db.prepare('INSERT INTO records (key, value) VALUES (?, ?)');
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < ms) {
    db.exec('BEGIN IMMEDIATE');
    for (let row = 0; row < size; row++) insert.run(key, value);
    db.exec('COMMIT');
    count += size;
  }
  const rate = (count / (performance.now() - start)) * 1_000;
  db.close();
  return rate;
}

async function read(log: EmbeddedLog): Promise<number> {
  const wanted = (await log.admin.bounds(topic)).reduce((sum, { latest }) => sum + latest, 0);
  const consumer = await log.createConsumer({ topics: [topic], startAt: 'earliest' });
  const stop = new AbortController();
  const start = performance.now();
  let count = 0;
  const onBatch = async ({ records }: { readonly records: readonly unknown[] }): Promise<void> => {
    count += records.length;
    if (count >= wanted) stop.abort();
  };
  await consumer.run({ onBatch }, stop.signal);
  return (count / (performance.now() - start)) * 1_000;
}

/** Milliseconds from the call of append to the handler of a waiting consumer, over two connections. */
async function wakeUps(log: EmbeddedLog, socketPath: string, turns: number): Promise<readonly number[]> {
  const reader = await connectEmbeddedLog({ socketPath, clock });
  const consumer = await reader.createConsumer({ topics: [topic], startAt: 'latest' });
  const producer = await log.createProducer();
  const stop = new AbortController();
  const ready = Promise.withResolvers<undefined>();
  let woken = (): void => {};
  const running = consumer.run(
    {
      async onAssigned() {
        ready.resolve(undefined);
      },
      async onBatch() {
        woken();
      },
    },
    stop.signal,
  );
  await ready.promise;
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const seen = new Promise<void>((resolve) => {
      woken = resolve;
    });
    const start = performance.now();
    await Promise.all([producer.append([{ topic, key, value }]), seen]);
    times.push(performance.now() - start);
  }
  stop.abort();
  await running;
  await reader.close();
  return times.toSorted((one, other) => one - other);
}

/** By the clock, since the disk's time counts: 300-byte records, 4 partitions, the engine in a process of its own. */
export const bench: Bench = {
  title: 'embedded event log: durable records per second of the clock, 300 bytes, 4 partitions',
  async run({ quick, progress }) {
    const ms = quick ? 500 : 2_000;
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    const engine = await spawnEngine(folder, onOtherCore);
    const log = await connectEmbeddedLog({ socketPath: engine.socketPath, clock });
    const figures: Figure[] = [];
    const rate = (what: string, measured: number, alone?: { size: number; value: number }): void => {
      const baseline = alone && { what: `SQLite alone, ${alone.size} a commit`, value: alone.value };
      figures.push({ what, value: measured, unit: '/s', better: 'more', ...(baseline && { baseline }) });
    };
    try {
      await log.admin.createTopic({ name: topic, partitions: 4, config: { cleanup: 'delete' } });
      for (const size of [1, 50, 500]) {
        progress(`appends of ${size}`);
        const alone = { size, value: insertAlone(folder, size, ms) };
        rate(`append, ${size} a call, one call after the other`, await append(log, size, 1, ms), alone);
      }
      progress('appends side by side');
      for (const lanes of [16, 64]) {
        rate(`append, 1 a call, ${lanes} under way`, await append(log, 1, lanes, ms));
      }
      progress('reading');
      rate('read', await read(log));
      progress('waking a consumer');
      const times = await wakeUps(log, engine.socketPath, quick ? 100 : 500);
      const milliseconds = (what: string, time: number): void => {
        figures.push({ what, value: time, unit: 'ms', better: 'less' });
      };
      milliseconds('append to waiting consumer, median', median(times));
      milliseconds('append to waiting consumer, p99', times[Math.floor(times.length * 0.99)] ?? Number.NaN);
      return figures;
    } finally {
      await log.close();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
