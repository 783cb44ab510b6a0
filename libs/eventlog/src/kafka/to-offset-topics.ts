import type { CommittedOffset } from '../port.ts';

/** Offsets as OffsetCommit and TxnOffsetCommit take them: by topic. -1: the leader's epoch is not known. */
export const toOffsetTopics = (offsets: readonly CommittedOffset[]) =>
  [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, ofTopic]) => ({
    name,
    partitions: ofTopic.map(({ partition, offset, metadata }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: metadata ?? null,
    })),
  }));
