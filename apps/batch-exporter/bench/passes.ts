import { Readable } from 'node:stream';
import type { ObjectStore } from '@ccd/storage';
import { sourceTopic } from '../../decrypter/bench/source-stream.ts';
import type { SourceStream } from '../../decrypter/bench/source-stream.ts';
import { group, prefix, startExporting } from './exporting.ts';
import type { Places } from './exporting.ts';

/** About what the exporter puts into an object in these benches. */
const objectBytes = 8 * 1024 * 1024;

/** The exporter itself, until everything is committed. */
export async function exportAll(source: SourceStream, events: number, places: Places): Promise<void> {
  const done = Promise.withResolvers<undefined>();
  const exporting = startExporting(source, places, (exported) => {
    if (exported >= events) done.resolve(undefined);
  });
  await done.promise;
  await exporting.stop();
}

/**
 * What any exporter with these adapters has to do: reads the same batches, puts their values, a line each and as they
 * are, into objects of the same store, which makes them durable, and commits behind each object.
 */
export async function copyAll(
  { log }: SourceStream,
  events: number,
  { store }: Pick<Places, 'store'>,
): Promise<void> {
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
        await store.put(`${prefix}/${partition}-${nextOffset}`, Readable.from(lines), { ifAbsent: true });
        await consumer.commit([{ topic, partition, offset: nextOffset }]);
        if (left <= 0 && held.size === 0) stop.abort();
      },
    },
    stop.signal,
  );
  await consumer.close();
}

/** Removes what a pass has exported and committed. */
export async function forget({ log }: SourceStream, store: ObjectStore): Promise<void> {
  const objects = await Array.fromAsync(store.list(`${prefix}/`));
  await Promise.all(objects.map(({ key }) => store.remove(key)));
  await log.admin.deleteGroup(group);
}
