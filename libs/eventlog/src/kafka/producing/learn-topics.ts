import { LogUnavailableError } from '../../errors.ts';
import type { RecordToAppend } from '../../port.ts';
import type { Cluster } from '../wire/cluster.ts';
import { toPortError } from '../wire/errors.ts';
import { withRetries } from '../wire/retry.ts';

/** How many partitions a topic has. */
export type PartitionCounts = (topic: string) => number;

type Named = Pick<RecordToAppend, 'topic'>;

/** What is remembered of the topics; undefined unless that is all of them. */
export function knownTopics(cluster: Cluster, named: readonly Named[]): PartitionCounts | undefined {
  return named.every(({ topic }) => cluster.known(topic))
    ? (topic) => cluster.known(topic)?.leaders.length ?? unknown(topic)
    : undefined;
}

/**
 * Asks for those topics that are not known.
 * @param deadline on the monotonic clock
 * @throws TopicNotFoundError, LogUnavailableError
 */
export async function learnTopics(
  cluster: Cluster,
  named: readonly Named[],
  deadline: number,
): Promise<PartitionCounts> {
  const { clock } = cluster;
  const counts = new Map<string, number>();
  for (const topic of new Set(named.map((each) => each.topic))) {
    const deadlineMs = deadline - clock.monotonic();
    if (deadlineMs <= 0 && !cluster.known(topic)) {
      throw new LogUnavailableError(`no time was left to ask for topic ${topic}`);
    }
    try {
      const { leaders } = await withRetries({ clock, deadlineMs }, (remainingMs) =>
        cluster.topic(topic, cluster.timeoutFor(remainingMs)),
      );
      counts.set(topic, leaders.length);
    } catch (error) {
      throw toPortError(error);
    }
  }
  return (topic) => counts.get(topic) ?? unknown(topic);
}

function unknown(topic: string): never {
  throw new LogUnavailableError(`nothing is known of topic ${topic}`);
}
