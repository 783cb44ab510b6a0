import { untilAborted } from '../signals.ts';
import type { ConsumerRun } from './consumer.ts';

/** Runs a reader of its own: every partition of its topics, from where it was told to begin. */
export async function runReader(run: ConsumerRun): Promise<void> {
  const { connection, options, handlers, stop } = run;
  const bounds = await Promise.all(options.topics.map((topic) => connection.ask('topics.bounds', { topic })));
  const positions = bounds
    .flatMap(({ result }) => result.bounds)
    .map(({ topic, partition, earliest, latest }) => ({
      topic,
      partition,
      offset: options.startAt === 'earliest' ? earliest : latest,
    }));
  const places = positions.map(({ topic, partition }) => ({ topic, partition }));
  const begin = run.prepare(positions);
  await handlers.onAssigned?.(places);
  begin();
  await untilAborted(stop);
  await Promise.all([...run.readers.values()].map((reader) => reader.finish()));
  await handlers.onRevoked?.(places);
}
