import type {
  CommittedOffset,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  RecordPosition,
  TopicPartition,
} from '../port.ts';
import { InvalidRequestError, LogUnavailableError } from '../errors.ts';
import { partitionKey } from './partition-key.ts';
import { createPartitionReader } from './partition-reader.ts';
import type { FetchBatch, PartitionReader } from './partition-reader.ts';

/** What a run needs of its consumer: the readers of the partitions that it has, and how to make them. */
export interface ConsumerRun {
  readonly options: ConsumerOptions;
  readonly handlers: ConsumerHandlers;
  /** Aborts when the run is to end: asked to, or after a failure. */
  readonly stop: AbortSignal;
  readonly readers: Map<string, PartitionReader>;
  /** Registers the partitions, so that onAssigned can seek and pause. */
  prepare(places: readonly TopicPartition[]): PreparedPartitions;
  fail(error: unknown): void;
}

/** Partitions that are not read yet. */
export interface PreparedPartitions {
  /** Those that nobody has sought. */
  unplaced(): readonly TopicPartition[];
  /** Starts their delivery, where they were sought or else from these positions. */
  begin(positions: readonly RecordPosition[]): void;
}

/** What an engine does for a consumer; everything else is the same on each. */
export interface ConsumerEngine {
  /** Takes, serves and gives up partitions until `run.stop` aborts. */
  run(run: ConsumerRun): Promise<void>;
  readonly fetch: FetchBatch;
  commit(group: string, offsets: readonly CommittedOffset[]): Promise<void>;
  committed(group: string, topics: readonly string[]): Promise<readonly CommittedOffset[]>;
  close(): Promise<void>;
}

export const defaultMaxRecords = 500;
export const defaultMaxBytes = 1024 * 1024;

export function createConsumer(options: ConsumerOptions, engine: ConsumerEngine): Consumer {
  const readers = new Map<string, PartitionReader>();
  /** Seeks and pauses between assignment and the first fetch. */
  const prepared = new Map<string, { offset?: number; paused: boolean }>();
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  async function start(handlers: ConsumerHandlers, signal: AbortSignal): Promise<void> {
    const failing = new AbortController();
    let failure: { readonly error: unknown } | undefined;
    const stop = AbortSignal.any([signal, closing.signal, failing.signal]);
    const run: ConsumerRun = {
      options,
      handlers,
      stop,
      readers,
      prepare(places) {
        for (const place of places) prepared.set(partitionKey(place), { paused: false });
        return {
          unplaced: () => places.filter((place) => prepared.get(partitionKey(place))?.offset === undefined),
          begin(positions) {
            const offsets = new Map(positions.map((position) => [partitionKey(position), position.offset]));
            for (const place of places) {
              const key = partitionKey(place);
              const state = prepared.get(key);
              const offset = state?.offset ?? offsets.get(key);
              prepared.delete(key);
              if (!state || offset === undefined || stop.aborted) continue;
              readers.set(
                key,
                createPartitionReader({
                  place,
                  offset,
                  paused: state.paused,
                  fetch: engine.fetch,
                  stop,
                  onBatch: (batch, batchSignal) => handlers.onBatch(batch, batchSignal),
                  onFailure: (error) => {
                    run.fail(error);
                  },
                }),
              );
            }
          },
        };
      },
      fail(error) {
        failure ??= { error };
        failing.abort(error);
      },
    };
    try {
      await engine.run(run);
    } catch (error) {
      run.fail(error);
    } finally {
      prepared.clear();
      readers.clear();
    }
    if (failure) throw failure.error;
  }

  function change(
    place: TopicPartition,
    onReader: (r: PartitionReader) => void,
    state: { offset?: number; paused?: boolean },
  ) {
    const key = partitionKey(place);
    const reader = readers.get(key);
    const waiting = prepared.get(key);
    if (reader) onReader(reader);
    else if (waiting) Object.assign(waiting, state);
  }

  function requireGroup(): string {
    if (options.group === undefined) {
      throw new InvalidRequestError('a reader without a group has no stored offsets');
    }
    return options.group;
  }

  return {
    async run(handlers, signal) {
      if (closing.signal.aborted) throw new LogUnavailableError('this consumer is closed');
      if (running) throw new InvalidRequestError('the consumer is running already');
      running = start(handlers, signal);
      try {
        await running;
      } finally {
        running = undefined;
      }
    },
    async commit(offsets) {
      await engine.commit(requireGroup(), offsets);
    },
    async committed(partitions) {
      const wanted = new Set(partitions.map(partitionKey));
      const topics = [...new Set(partitions.map(({ topic }) => topic))];
      const offsets = await engine.committed(requireGroup(), topics);
      return offsets.filter((place) => wanted.has(partitionKey(place)));
    },
    seek({ offset, ...place }) {
      change(
        place,
        (reader) => {
          reader.seek(offset);
        },
        { offset },
      );
    },
    pause(partitions) {
      for (const place of partitions)
        change(
          place,
          (reader) => {
            reader.pause();
          },
          { paused: true },
        );
    },
    resume(partitions) {
      for (const place of partitions)
        change(
          place,
          (reader) => {
            reader.resume();
          },
          { paused: false },
        );
    },
    async close() {
      closing.abort();
      // Whoever called run hears of its error.
      await running?.catch(() => {});
      await engine.close();
    },
  };
}
