import type { TopicPartition } from '../port.ts';

/** A partition's place in maps. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
