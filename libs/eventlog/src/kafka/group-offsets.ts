import { deleteGroupsV2, offsetFetchV8 } from '@platformatic/kafka';
import type { CommittedOffset } from '../port.ts';
import { InvalidRequestError } from '../errors.ts';
import { askCoordinator } from './wire/cluster.ts';
import type { Cluster } from './wire/cluster.ts';
import { assertCode, codes } from './wire/errors.ts';

/**
 * The stored offsets of a group in a topic, those that a transaction under way is about to change awaited.
 * @throws LogUnavailableError
 */
export async function committedOffsets(
  cluster: Cluster,
  group: string,
  topic: string,
  partitions: readonly number[],
): Promise<readonly CommittedOffset[]> {
  const topics = [{ name: topic, partitionIndexes: [...partitions] }];
  return askCoordinator(cluster, ['group', group], 'main', async (broker, timeoutMs) => {
    const answer = await broker.request(
      offsetFetchV8.api,
      [[{ groupId: group, memberId: null, memberEpoch: -1, topics }], true],
      timeoutMs,
    );
    return answer.groups.flatMap(({ errorCode, topics: found }) => {
      assertCode(errorCode);
      return found.flatMap(({ name, partitions: offsets }) =>
        offsets.flatMap(({ partitionIndex, committedOffset, metadata, errorCode: code }) => {
          // A topic that is not there has no offsets.
          if (code === codes.unknownTopicOrPartition) return [];
          assertCode(code);
          const offset = Number(committedOffset);
          if (offset < 0) return [];
          const place = { topic: name, partition: partitionIndex, offset };
          return [
            metadata === null || metadata === undefined || metadata === '' ? place : { ...place, metadata },
          ];
        }),
      );
    });
  });
}

/** @throws InvalidRequestError while the group has members, LogUnavailableError */
export async function deleteGroup(cluster: Cluster, group: string): Promise<void> {
  await askCoordinator(cluster, ['group', group], 'main', async (broker, timeoutMs) => {
    const { results } = await broker.request(deleteGroupsV2.api, [[group]], timeoutMs);
    const code = results[0]?.errorCode ?? codes.none;
    if (code === codes.nonEmptyGroup) throw new InvalidRequestError('the group has members');
    if (code !== codes.groupIdNotFound) assertCode(code);
  });
}
