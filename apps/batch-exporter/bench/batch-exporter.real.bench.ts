import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@ccd/storage';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { startBucket } from '../../../bench/real/start-bucket.ts';
import { startRealEngines } from '../../../bench/real/start-engines.ts';
import { createSourceStream, partitions } from '../../decrypter/bench/source-stream.ts';
import { takeTurns } from '../../decrypter/bench/take-turns.ts';
import type { Cost } from '../../decrypter/bench/take-turns.ts';
import { prefix } from './exporting.ts';
import { copyAll, exportAll, forget } from './passes.ts';

/** As in the pieces that the exporter keeps. */
const piece = Buffer.alloc(256 * 1024, 'v');

function* bytes(size: number): Generator<Uint8Array> {
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

/** The store's client alone: as many bytes in objects of the same sizes, as many at a time as the exporter has partitions. */
async function putAll(store: ObjectStore, sizes: readonly number[]): Promise<void> {
  const waiting = sizes.entries();
  async function lane(): Promise<void> {
    for (const [index, size] of waiting) {
      const body = (async function* () {
        yield* bytes(size);
      })();
      await store.put(`${prefix}/${index}`, body, { ifAbsent: true });
    }
  }
  await Promise.all(Array.from({ length: partitions }, lane));
}

/** The exporter from Kafka into S3, beside the client of the latter alone, and beside a loop that copies the same events. */
export const bench: Bench = {
  title:
    'batch-exporter: MB of JSON lines per second, from Kafka into S3, an object of each partition every second',
  async run({ quick, progress }) {
    const events = quick ? 50_000 : 300_000;
    progress('starting Kafka, Redis and S3');
    const store = await startBucket();
    const source = await createSourceStream(await startRealEngines());
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    let sizes: readonly number[] = [];
    try {
      progress(`${events} events`);
      await source.fill(events);
      const { copied, exported, put } = await takeTurns(
        {
          copied: () => copyAll(source, events, { store }),
          exported: () => exportAll(source, events, { store, folder }),
          // What the pass before has exported.
          put: () => putAll(store, sizes),
        },
        {
          rounds: quick ? 2 : 5,
          progress,
          async cleanUp() {
            const objects = await Array.fromAsync(store.list(`${prefix}/`));
            sizes = objects.map(({ size }) => size);
            await forget(source, store);
          },
        },
      );
      const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
      return [...inMegabytes(megabytes, exported, put), ...inEvents(events, exported, copied)];
    } finally {
      await source.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const kinds = { cpu: 'of CPU time of the process', clock: 'by the clock' } as const satisfies Record<
  keyof Cost,
  string
>;

function inMegabytes(megabytes: number, exported: Cost, put: Cost): readonly Figure[] {
  return (['cpu', 'clock'] as const).map((of) => ({
    what: `exported, ${kinds[of]}`,
    value: megabytes / exported[of],
    unit: 'MB/s',
    better: 'more',
    baseline: { what: 'the S3 client alone', value: megabytes / put[of] },
  }));
}

function inEvents(events: number, exported: Cost, copied: Cost): readonly Figure[] {
  return (['cpu', 'clock'] as const).map((of) => ({
    what: `events exported, ${kinds[of]}`,
    value: events / exported[of],
    unit: '/s',
    better: 'more',
    baseline: { what: 'a loop that copies them into the same store', value: events / copied[of] },
  }));
}
