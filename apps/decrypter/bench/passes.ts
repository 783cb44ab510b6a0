import { allotYoung } from '../src/allot-young.ts';
import { derivedTopic, group, startDeriving } from './deriving.ts';
import { takeTurns } from './take-turns.ts';
import type { Cost, TurnOptions } from './take-turns.ts';
import { sourceTopic } from './source-stream.ts';
import type { SourceStream } from './source-stream.ts';

// As the decrypter's program does; the loop has the benefit as well.
allotYoung();

/** The decrypter itself until it has read so many events. */
async function derive(source: SourceStream, events: number): Promise<void> {
  const done = Promise.withResolvers<undefined>();
  const deriving = startDeriving(source, (derived) => {
    if (derived >= events) done.resolve(undefined);
  });
  await done.promise;
  await deriving.stop();
}

/** The same batches copied as they are, in the same transactions. */
async function copy({ log }: SourceStream, events: number): Promise<void> {
  await log.admin.createTopic({ name: derivedTopic, partitions: 4, config: { cleanup: 'delete' } });
  const consumer = await log.createConsumer({ topics: [sourceTopic], group, startAt: 'earliest' });
  const producers = new Map<number, Awaited<ReturnType<typeof log.createTransactionalProducer>>>();
  const stop = new AbortController();
  let left = events;
  await consumer.run(
    {
      async onAssigned(places) {
        for (const { partition } of places) {
          producers.set(partition, await log.createTransactionalProducer(`${group}-${partition}`));
        }
      },
      async onBatch({ topic, partition, records, nextOffset }) {
        await producers.get(partition)?.commit({
          records: records.map(({ key, value, timestamp }) => ({
            topic: derivedTopic,
            key,
            value,
            timestamp,
          })),
          group,
          offsets: [{ topic, partition, offset: nextOffset }],
        });
        left -= records.length;
        if (left <= 0) stop.abort();
      },
    },
    stop.signal,
  );
  for (const producer of producers.values()) await producer.close();
  await consumer.close();
}

/** The decrypter and a loop that copies the same events, each alone with the engine, over a derived stream that is new each time. */
export function deriveAndCopy(
  source: SourceStream,
  events: number,
  options: Omit<TurnOptions, 'cleanUp'>,
): Promise<Record<'derived' | 'copied', Cost>> {
  const { admin } = source.log;
  return takeTurns(
    { copied: () => copy(source, events), derived: () => derive(source, events) },
    {
      ...options,
      async cleanUp() {
        await admin.deleteTopic(derivedTopic);
        await admin.deleteGroup(group);
      },
    },
  );
}
