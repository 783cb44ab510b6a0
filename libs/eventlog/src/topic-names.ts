import type { TopicSpec } from './port.ts';
import { InvalidTopicError } from './errors.ts';

/** Kafka's own rule, so that a name is good on every engine. */
const legalName = /^[a-zA-Z0-9._-]{1,249}$/;
export const maxPartitions = 1_000;

/** @throws InvalidTopicError unless the name may be a topic's on every engine */
export function assertTopicName(name: string): void {
  if (!legalName.test(name) || name === '.' || name === '..') {
    throw new InvalidTopicError('a name has 1 to 249 letters, digits, dots, underscores or hyphens');
  }
}

/** @throws InvalidTopicError */
export function assertTopicSpec(spec: TopicSpec): void {
  assertTopicName(spec.name);
  if (!Number.isInteger(spec.partitions) || spec.partitions < 1 || spec.partitions > maxPartitions) {
    throw new InvalidTopicError(`partitions must be 1 to ${maxPartitions}`);
  }
  assertRetention(spec.config.retentionMs);
}

/** @throws InvalidTopicError */
export function assertRetention(retentionMs: number | undefined): void {
  if (retentionMs !== undefined && !(Number.isSafeInteger(retentionMs) && retentionMs > 0)) {
    throw new InvalidTopicError('retention must be a whole number of milliseconds above 0');
  }
}
