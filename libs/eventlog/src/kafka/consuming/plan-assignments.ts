import type { TopicPartition } from '../../port.ts';
import { assignPartitions } from '../../consuming/assignment.ts';
import { partitionKey } from '../../consuming/partition-key.ts';
import type { Subscription } from './subscription-codec.ts';

/**
 * What the leader of a group gives to each member: what it is to have in the end, less what another member has not let
 * go of yet. That one sees that it is to give it up, does so in its own time, and joins again, which brings the rest.
 */
export function planAssignments(
  members: ReadonlyMap<string, Subscription>,
  partitions: readonly TopicPartition[],
): Map<string, TopicPartition[]> {
  const owners = new Map<string, string>();
  for (const [id, { owned }] of members) {
    for (const place of owned) if (!owners.has(partitionKey(place))) owners.set(partitionKey(place), id);
  }
  const target = assignPartitions(
    [...members].map(([id, { topics }]) => ({ id, topics: new Set(topics) })),
    partitions,
    owners,
  );
  const plan = new Map<string, TopicPartition[]>([...members.keys()].map((id) => [id, []]));
  for (const place of partitions) {
    const wanted = target.get(partitionKey(place));
    const owner = owners.get(partitionKey(place));
    if (wanted !== undefined && (owner === undefined || owner === wanted)) plan.get(wanted)?.push(place);
  }
  return plan;
}
