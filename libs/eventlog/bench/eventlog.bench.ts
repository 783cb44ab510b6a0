// node libs/eventlog/bench/eventlog.bench.ts
// Records per second by records per commit, reading, and how soon a consumer in another process is woken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock as clock } from '@ccd/reconcile';
import { connectEmbeddedLog } from '../src/index.ts';

const runMs = 2_000;
const topic = 'bench';
const [key, value] = [Buffer.alloc(36, 'k'), Buffer.alloc(264, 'v')];

const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
const socketPath = join(folder, 'run', 'log.sock');
const program = fileURLToPath(new URL('../src/testing/engine-process.ts', import.meta.url));
const engine = spawn(process.execPath, [program, join(folder, 'data'), socketPath], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(engine.stdout, 'data');
const log = await connectEmbeddedLog({ socketPath, clock });
await log.admin.createTopic({ name: topic, partitions: 4, config: { cleanup: 'delete' } });

function report(what: string, figure: string): void {
  console.log(`${what.padEnd(48)} ${figure.padStart(12)}`);
}

function perSecond(count: number, ms: number): string {
  return `${Math.round((count / ms) * 1_000).toLocaleString('en')}/s`;
}

/** Keeps `lanes` appends of `size` records under way. */
async function append(size: number, lanes: number): Promise<void> {
  const producer = await log.createProducer();
  const records = Array.from({ length: size }, () => ({ topic, key, value }));
  const start = performance.now();
  let count = 0;
  const lane = async (): Promise<void> => {
    for (let turn = 0; performance.now() - start < runMs; turn++) {
      await producer.append(records.map((record) => ({ ...record, partition: turn % 4 })));
      count += size;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  report(`append, ${size} per call, ${lanes} under way`, perSecond(count, performance.now() - start));
}

async function read(): Promise<void> {
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
  report('read', perSecond(count, performance.now() - start));
}

/** From the call of append to the handler of a waiting consumer, over two connections. */
async function wakeUp(): Promise<void> {
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
  for (let turn = 0; turn < 500; turn++) {
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
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(2)} ms`;
  report('append to waiting consumer, median', at(0.5));
  report('append to waiting consumer, p99', at(0.99));
}

console.log(`Node ${process.version}, records of ${key.length + value.length} bytes, 4 partitions`);
for (const size of [1, 50, 500]) await append(size, 1);
for (const lanes of [16, 64]) await append(1, lanes);
await read();
await wakeUp();

await log.close();
engine.kill('SIGTERM');
rmSync(folder, { recursive: true, force: true });
