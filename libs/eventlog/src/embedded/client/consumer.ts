import { failpoint } from '@ccd/failpoints';
import type { Consumer, ConsumerHandlers, ConsumerOptions, TopicPartition } from '../../port.ts';
import { InvalidRequestError, LogUnavailableError, PartitionsLostError } from '../../errors.ts';
import { partitionKey } from '../engine/assignment.ts';
import { SessionLostError } from './connection-port.ts';
import type { Connection } from './connection-port.ts';
import { runMember } from './member-run.ts';
import { createPartitionReader } from './partition-reader.ts';
import type { FetchBatch, PartitionReader } from './partition-reader.ts';
import { runReader } from './reader-run.ts';
import { fromWireRecords } from './to-wire.ts';

const defaultMaxRecords = 500;
const defaultMaxBytes = 1024 * 1024;

/** What a run needs of its consumer: the readers of the partitions that it has, and how to make them. */
export interface ConsumerRun {
  readonly connection: Connection;
  readonly consumer: number;
  readonly options: ConsumerOptions;
  readonly handlers: ConsumerHandlers;
  /** Aborts when the run is to end: asked to, or after a failure. */
  readonly stop: AbortSignal;
  readonly readers: Map<string, PartitionReader>;
  /** Registers the partitions, so that onAssigned can seek and pause, and returns what starts their delivery. */
  prepare(positions: readonly (TopicPartition & { readonly offset: number })[]): () => void;
  fail(error: unknown): void;
}

export function createEmbeddedConsumer(
  connection: Connection,
  consumer: number,
  options: ConsumerOptions,
): Consumer {
  const { group } = options;
  const readers = new Map<string, PartitionReader>();
  /** Seeks and pauses between assignment and the first fetch. */
  const prepared = new Map<string, { offset: number; paused: boolean }>();
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  const fetchFor =
    (member: number | undefined): FetchBatch =>
    async (place, offset, signal) => {
      try {
        const { result, payload } = await connection.bound(
          'fetch',
          {
            ...(member === undefined ? {} : { consumer: member }),
            topic: place.topic,
            partition: place.partition,
            offset,
            maxRecords: options.maxRecords ?? defaultMaxRecords,
            maxBytes: options.maxBytes ?? defaultMaxBytes,
          },
          signal,
        );
        return { ...place, ...result, records: fromWireRecords(place, payload) };
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof SessionLostError)) throw error;
        await connection.ready(signal).catch((reason: unknown) => {
          if (!signal.aborted) throw reason;
        });
        return undefined;
      }
    };

  async function start(handlers: ConsumerHandlers, signal: AbortSignal): Promise<void> {
    const failing = new AbortController();
    let failure: { readonly error: unknown } | undefined;
    const stop = AbortSignal.any([signal, closing.signal, failing.signal]);
    const run: ConsumerRun = {
      connection,
      consumer,
      options,
      handlers,
      stop,
      readers,
      prepare(positions) {
        for (const { offset, ...place } of positions)
          prepared.set(partitionKey(place), { offset, paused: false });
        return () => {
          for (const { topic, partition } of positions) {
            const place = { topic, partition };
            const key = partitionKey(place);
            const state = prepared.get(key);
            prepared.delete(key);
            if (!state || stop.aborted) continue;
            const fetch = fetchFor(group === undefined ? undefined : consumer);
            readers.set(
              key,
              createPartitionReader({
                place,
                ...state,
                fetch,
                stop,
                onBatch: (batch, batchSignal) => handlers.onBatch(batch, batchSignal),
                onFailure: (error) => {
                  run.fail(error);
                },
              }),
            );
          }
        };
      },
      fail(error) {
        failure ??= { error };
        failing.abort(error);
      },
    };
    try {
      await (group === undefined ? runReader(run) : runMember(run, group));
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
    if (group === undefined) throw new InvalidRequestError('a reader without a group has no stored offsets');
    return group;
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
      const name = requireGroup();
      try {
        await connection.bound('group.commit', { consumer, offsets: [...offsets] });
        failpoint('eventlog.afterOffsetsReply');
      } catch (error) {
        const lost = error instanceof SessionLostError || error instanceof PartitionsLostError;
        throw lost ? new PartitionsLostError(name, { cause: error }) : error;
      }
    },
    async committed(partitions) {
      const name = requireGroup();
      const wanted = new Set(partitions.map(partitionKey));
      const topics = [...new Set(partitions.map(({ topic }) => topic))];
      const answers = await Promise.all(
        topics.map((topic) => connection.ask('offsets.get', { group: name, topic })),
      );
      const offsets = answers.flatMap(({ result }) => result.offsets);
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
    },
  };
}
