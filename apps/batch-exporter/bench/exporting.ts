import { join } from 'node:path';
import { systemClock as clock } from '@ccd/reconcile';
import { createFolderStore } from '@ccd/storage';
import type { Working } from '../../decrypter/bench/deriving.ts';
import { sourceTopic } from '../../decrypter/bench/source-stream.ts';
import type { SourceStream } from '../../decrypter/bench/source-stream.ts';
import { ChunkPool } from '../src/chunk-pool.ts';
import { runExportLoop } from '../src/export-loop.ts';
import { PartitionExport } from '../src/partition-export.ts';
import { createEventRenderer } from '../src/render-records.ts';
import { Spool } from '../src/spool.ts';
import { openUnnamedFile } from '../src/unnamed-file.ts';

export const group = 'batch-exporter-bench';
const intervalMs = 1_000;
const spoolMemoryBytes = 8 * 1024 * 1024;

/**
 * Starts the exporter itself, into a folder.
 * @param onEvents told after each commit
 */
export function startExporting(
  { log, reader }: SourceStream,
  folder: string,
  onEvents: (events: number) => void = () => {},
): Working {
  const stopping = new AbortController();
  const store = createFolderStore({ root: join(folder, 'objects'), bucket: 'bench' });
  const chunks = new ChunkPool();
  const ends = new Map<number, number>();
  const events = (): number => [...ends.values()].reduce((sum, end) => sum + end, 0);
  const running = runExportLoop(
    {
      log,
      topic: sourceTopic,
      group,
      startAt: 'earliest',
      intervalMs,
      clock,
      onRunning: () => {},
      onBlocked: (_partition, _offset, error) => {
        stopping.abort(error);
      },
      onUnblocked: () => {},
      createExport: (partition, committed, consumer, signal) =>
        new PartitionExport(
          {
            partition,
            prefix: 'events',
            content: 'events',
            intervalMs,
            header: '',
            render: createEventRenderer(reader),
            consumer: {
              async commit(offsets) {
                await consumer.commit(offsets);
                for (const { partition: place, offset } of offsets) ends.set(place, offset);
                onEvents(events());
              },
            },
            store,
            createSpool: () => new Spool(() => openUnnamedFile(folder), spoolMemoryBytes, chunks),
            signal,
          },
          committed,
        ),
    },
    stopping.signal,
  );
  return {
    events,
    async stop() {
      stopping.abort();
      await running;
      await store.close();
    },
  };
}
