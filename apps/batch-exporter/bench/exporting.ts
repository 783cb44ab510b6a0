import { systemClock as clock } from '@ccd/reconcile';
import type { ObjectStore } from '@ccd/storage';
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
export const prefix = 'events';
const intervalMs = 1_000;
const spoolMemoryBytes = 8 * 1024 * 1024;

/** Where an exporter puts what it reads. */
export interface Places {
  readonly store: ObjectStore;
  /** For what it does not hold in memory until then. */
  readonly folder: string;
}

/**
 * Starts the exporter itself.
 * @param onEvents told after each commit
 */
export function startExporting(
  { log, reader }: SourceStream,
  { store, folder }: Places,
  onEvents: (events: number) => void = () => {},
): Working {
  const stopping = new AbortController();
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
            prefix,
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
    },
  };
}
