import { FetchIsolationLevels, ListOffsetTimestamps, listOffsetsV7 } from '@platformatic/kafka';
import type { PartitionBounds } from '../port.ts';
import { TopicNotFoundError } from '../errors.ts';
import type { Cluster } from './wire/cluster.ts';
import { assertCode, codes, KafkaError } from './wire/errors.ts';
import { withRetries } from './wire/retry.ts';

/**
 * Where each partition of a topic begins and where its committed records end.
 * @throws TopicNotFoundError, LogUnavailableError
 */
export async function listOffsets(
  cluster: Cluster,
  topic: string,
  signal?: AbortSignal,
): Promise<readonly PartitionBounds[]> {
  return withRetries(
    { clock: cluster.clock, deadlineMs: cluster.deadlineMs, signal },
    async (remainingMs) => {
      const timeoutMs = cluster.timeoutFor(remainingMs);
      const { leaders } = await cluster.topic(topic, timeoutMs);
      const byLeader = Map.groupBy(leaders.keys(), (partition) => leaders[partition] ?? -1);
      try {
        const [earliest, latest] = await Promise.all(
          [ListOffsetTimestamps.EARLIEST, ListOffsetTimestamps.LATEST].map((timestamp) =>
            offsetsAt(cluster, topic, byLeader, timestamp, timeoutMs),
          ),
        );
        return leaders.map((_, partition) => ({
          topic,
          partition,
          earliest: earliest?.get(partition) ?? 0,
          latest: latest?.get(partition) ?? 0,
        }));
      } catch (error) {
        cluster.forget(topic);
        const unknown = error instanceof KafkaError && error.code === codes.unknownTopicOrPartition;
        if (unknown && (await cluster.topics([topic], timeoutMs)).length === 0) {
          throw new TopicNotFoundError(topic, { cause: error });
        }
        throw error;
      }
    },
  );
}

async function offsetsAt(
  cluster: Cluster,
  topic: string,
  byLeader: ReadonlyMap<number, readonly number[]>,
  timestamp: bigint,
  timeoutMs: number,
): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  await Promise.all(
    [...byLeader].map(async ([leader, wanted]) => {
      if (leader < 0) throw new KafkaError(codes.leaderNotAvailable);
      const broker = await cluster.node(leader, 'main', timeoutMs);
      const partitions = wanted.map((partitionIndex) => ({
        partitionIndex,
        currentLeaderEpoch: -1,
        timestamp,
      }));
      const { topics } = await broker.request(
        listOffsetsV7.api,
        [-1, FetchIsolationLevels.READ_COMMITTED, [{ name: topic, partitions }]],
        timeoutMs,
      );
      for (const { partitionIndex, errorCode, offset } of topics.flatMap((each) => each.partitions)) {
        assertCode(errorCode);
        found.set(partitionIndex, Number(offset));
      }
    }),
  );
  return found;
}
