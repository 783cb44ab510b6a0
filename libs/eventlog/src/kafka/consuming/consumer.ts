import { failpoint } from '@ccd/failpoints';
import type { Consumer, ConsumerOptions, PartitionBounds } from '../../port.ts';
import { InvalidRequestError } from '../../errors.ts';
import { createConsumer, defaultMaxBytes, defaultMaxRecords } from '../../consuming/create-consumer.ts';
import type { FetchBatch } from '../../consuming/partition-reader.ts';
import { partitionKey } from '../../consuming/partition-key.ts';
import { runReader } from '../../consuming/run-reader.ts';
import { committedOffsets } from '../group-offsets.ts';
import { listOffsets } from '../list-offsets.ts';
import type { Cluster } from '../wire/cluster.ts';
import { toPortError } from '../wire/errors.ts';
import { ChunkBuffer } from './chunk-buffer.ts';
import { createFetcher } from './fetcher.ts';
import { createGroupMember } from './group-member.ts';
import { createGroupRequests } from './group-requests.ts';
import type { GroupTiming } from './group-requests.ts';

/** Bytes of a partition that are fetched at a time, and held until its handler has worked them off. */
const leastChunkBytes = 1024 * 1024;

export function createKafkaConsumer(
  cluster: Cluster,
  lane: string,
  options: ConsumerOptions,
  timing: GroupTiming,
): Consumer {
  const { group, topics, maxRecords = defaultMaxRecords, maxBytes = defaultMaxBytes } = options;
  const fetcher = createFetcher({ cluster, lane, partitionBytes: Math.max(maxBytes, leastChunkBytes) });
  const buffers = new Map<string, ChunkBuffer>();

  const fetch: FetchBatch = async (place, offset, signal) => {
    const key = partitionKey(place);
    let buffer = buffers.get(key);
    if (buffer?.position !== offset) {
      buffers.delete(key);
      const chunk = await fetcher.fetch(place, offset, signal);
      if (!chunk) return undefined;
      buffer = new ChunkBuffer(chunk, offset);
      buffers.set(key, buffer);
    }
    return buffer.take(place, maxRecords, maxBytes);
  };

  async function bounds(topic: string): Promise<readonly PartitionBounds[]> {
    cluster.forget(topic);
    try {
      return await listOffsets(cluster, topic);
    } catch (error) {
      throw toPortError(error);
    }
  }

  const requests =
    group === undefined ? undefined : createGroupRequests(cluster, `${lane}:group`, group, topics, timing);
  const member =
    group === undefined || !requests
      ? undefined
      : createGroupMember({ cluster, group, requests, timing, bounds });

  return createConsumer(options, {
    fetch,
    async run(run) {
      buffers.clear();
      await (member ? member.run(run) : runReader(run, bounds));
    },
    async commit(_, offsets) {
      if (!member) throw new InvalidRequestError('a reader without a group has no stored offsets');
      await member.commit(offsets);
      failpoint('eventlog.afterOffsetsReply');
    },
    async committed(name, wanted) {
      try {
        const all = await Promise.all(
          wanted.map(async (topic) => {
            const { leaders } = await cluster.topic(topic, cluster.timeoutFor(cluster.deadlineMs));
            return committedOffsets(cluster, name, topic, [...leaders.keys()]);
          }),
        );
        return all.flat();
      } catch (error) {
        throw toPortError(error);
      }
    },
    async close() {
      fetcher.close();
      requests?.close();
    },
  });
}
