import type { PartitionBounds } from '../port.ts';
import type { ConsumerRun } from './create-consumer.ts';
import { untilAborted } from './signals.ts';

/** Runs a reader of its own: every partition of its topics, from where it was told to begin. */
export async function runReader(
  run: ConsumerRun,
  bounds: (topic: string) => Promise<readonly PartitionBounds[]>,
): Promise<void> {
  const { options, handlers, stop } = run;
  const all = await Promise.all(options.topics.map((topic) => bounds(topic)));
  const positions = all.flat().map(({ topic, partition, earliest, latest }) => ({
    topic,
    partition,
    offset: options.startAt === 'earliest' ? earliest : latest,
  }));
  const places = positions.map(({ topic, partition }) => ({ topic, partition }));
  const prepared = run.prepare(places);
  await handlers.onAssigned?.(places);
  prepared.begin(positions);
  await untilAborted(stop);
  await Promise.all([...run.readers.values()].map((reader) => reader.finish()));
  await handlers.onRevoked?.(places);
}
