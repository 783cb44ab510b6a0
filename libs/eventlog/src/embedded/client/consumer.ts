import { failpoint } from '@ccd/failpoints';
import type {
  CommittedOffset,
  Consumer,
  ConsumerOptions,
  PartitionBounds,
  TopicPartition,
} from '../../port.ts';
import { PartitionsLostError } from '../../errors.ts';
import { createConsumer, defaultMaxBytes, defaultMaxRecords } from '../../consuming/create-consumer.ts';
import type { ConsumerRun } from '../../consuming/create-consumer.ts';
import type { FetchBatch } from '../../consuming/partition-reader.ts';
import { runReader } from '../../consuming/run-reader.ts';
import { SessionLostError } from './connection-port.ts';
import type { Connection } from './connection-port.ts';
import { runMember } from './member-run.ts';
import { fromWireRecords } from './to-wire.ts';

export function createEmbeddedConsumer(
  connection: Connection,
  consumer: number,
  options: ConsumerOptions,
): Consumer {
  const { group } = options;

  const fetch: FetchBatch = async (place, offset, signal) => {
    try {
      const { result, payload } = await connection.bound(
        'fetch',
        {
          ...(group === undefined ? {} : { consumer }),
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

  const bounds = async (topic: string): Promise<readonly PartitionBounds[]> =>
    (await connection.ask('topics.bounds', { topic })).result.bounds;

  async function committed(name: string, topics: readonly string[]): Promise<readonly CommittedOffset[]> {
    const answers = await Promise.all(
      topics.map((topic) => connection.ask('offsets.get', { group: name, topic })),
    );
    return answers.flatMap(({ result }) => result.offsets);
  }

  function run(consumerRun: ConsumerRun): Promise<void> {
    if (group === undefined) return runReader(consumerRun, bounds);
    const positions = {
      bounds,
      committed: (places: readonly TopicPartition[]) =>
        committed(group, [...new Set(places.map(({ topic }) => topic))]),
    };
    return runMember({ run: consumerRun, connection, consumer, group, positions });
  }

  return createConsumer(options, {
    fetch,
    run,
    async commit(name, offsets) {
      try {
        await connection.bound('group.commit', { consumer, offsets: [...offsets] });
        failpoint('eventlog.afterOffsetsReply');
      } catch (error) {
        const lost = error instanceof SessionLostError || error instanceof PartitionsLostError;
        throw lost ? new PartitionsLostError(name, { cause: error }) : error;
      }
    },
    committed,
    async close() {},
  });
}
