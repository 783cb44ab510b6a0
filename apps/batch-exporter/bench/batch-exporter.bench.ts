import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createFolderStore } from '@ccd/storage';
import { cpuMicrosOf, median } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { createSourceStream, sourceTopic } from '../../decrypter/bench/source-stream.ts';
import type { SourceStream } from '../../decrypter/bench/source-stream.ts';
import { group, startExporting } from './exporting.ts';

/** The exporter itself, into a folder, until everything is committed. */
async function exportAll(source: SourceStream, events: number, folder: string): Promise<void> {
  const done = Promise.withResolvers<undefined>();
  const exporting = startExporting(source, folder, (exported) => {
    if (exported >= events) done.resolve(undefined);
  });
  await done.promise;
  await exporting.stop();
}

/**
 * What any exporter with these adapters has to do: reads the same batches, puts their values, a line each and as they
 * are, into objects of the same store, which makes them durable, and commits behind each object.
 */
async function copyAll({ log }: SourceStream, events: number, folder: string): Promise<void> {
  const store = createFolderStore({ root: join(folder, 'objects'), bucket: 'bench' });
  const consumer = await log.createConsumer({ topics: [sourceTopic], group, startAt: 'earliest' });
  const stop = new AbortController();
  const lineEnd = Buffer.from('\n');
  const held = new Map<number, Buffer[]>();
  let left = events;
  await consumer.run(
    {
      async onBatch({ topic, partition, records, nextOffset, highWatermark }) {
        const lines = held.get(partition) ?? [];
        lines.push(Buffer.concat(records.flatMap(({ value }) => [value ?? lineEnd, lineEnd])));
        held.set(partition, lines);
        left -= records.length;
        const bytes = lines.reduce((sum, { length }) => sum + length, 0);
        if (bytes < objectBytes && nextOffset < highWatermark) return;
        held.delete(partition);
        await store.put(`events/${partition}-${nextOffset}`, Readable.from(lines), { ifAbsent: true });
        await consumer.commit([{ topic, partition, offset: nextOffset }]);
        if (left <= 0 && held.size === 0) stop.abort();
      },
    },
    stop.signal,
  );
  await consumer.close();
  await store.close();
}

/** About what the exporter puts into an object in this bench. */
const objectBytes = 8 * 1024 * 1024;

/** CPU time of this process for one event, in microseconds, from a group that is new each time. */
async function measure(
  source: SourceStream,
  events: number,
  run: (source: SourceStream, events: number, folder: string) => Promise<void>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
  const micros = await cpuMicrosOf(() => run(source, events, folder));
  await source.log.admin.deleteGroup(group);
  rmSync(folder, { recursive: true, force: true });
  return micros / events;
}

/** The exporter against a loop that copies the same events into the same store, each alone with the engine, in turn. */
export const bench: Bench = {
  title: 'batch-exporter: events per second of CPU time, JSON lines into a folder, embedded log',
  async run({ quick, progress }) {
    const events = quick ? 20_000 : 200_000;
    const source = await createSourceStream();
    const [exported, copied]: [number[], number[]] = [[], []];
    try {
      progress(`${events} events`);
      await source.fill(events);
      for (let round = 0; round <= (quick ? 2 : 5); round += 1) {
        progress(round === 0 ? 'warming up' : `round ${round}`);
        const copying = await measure(source, events, copyAll);
        const exporting = await measure(source, events, exportAll);
        if (round === 0) continue;
        copied.push(copying);
        exported.push(exporting);
      }
    } finally {
      await source.close();
    }
    return [
      {
        what: 'events exported',
        value: 1e6 / median(exported),
        unit: '/s',
        better: 'more',
        baseline: { what: 'a loop that copies them into the same store', value: 1e6 / median(copied) },
        goal: { of: 'ratio', bound: 'at least', limit: 0.6 },
      } satisfies Figure,
    ];
  },
};
