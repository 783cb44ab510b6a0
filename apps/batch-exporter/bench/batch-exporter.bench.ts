import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** The same batches read and written to a file as they are, a line each. */
async function copyAll({ log }: SourceStream, events: number, folder: string): Promise<void> {
  const file = await open(join(folder, 'copy'), 'w');
  const consumer = await log.createConsumer({ topics: [sourceTopic], group, startAt: 'earliest' });
  const stop = new AbortController();
  const lineEnd = Buffer.from('\n');
  let left = events;
  await consumer.run(
    {
      async onBatch({ records }) {
        await file.write(Buffer.concat(records.flatMap(({ value }) => [value ?? lineEnd, lineEnd])));
        left -= records.length;
        if (left <= 0) stop.abort();
      },
    },
    stop.signal,
  );
  await file.sync();
  await file.close();
  await consumer.close();
}

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

/** The exporter against a loop that writes the same events to a file, each alone with the engine, in turn. */
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
        baseline: { what: 'a loop that writes them to a file', value: 1e6 / median(copied) },
        goal: { of: 'ratio', bound: 'at least', limit: 0.6 },
      } satisfies Figure,
    ];
  },
};
