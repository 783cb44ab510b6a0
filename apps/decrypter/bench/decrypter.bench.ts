import { cpuMicrosOf, median } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { derivedTopic, group, startDeriving } from './deriving.ts';
import { createSourceStream, sourceTopic } from './source-stream.ts';
import type { SourceStream } from './source-stream.ts';

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

/** Microseconds for one event, over a derived stream that is new each time: CPU time of this process, and the clock's. */
async function measure(
  source: SourceStream,
  events: number,
  run: (source: SourceStream, events: number) => Promise<void>,
): Promise<Cost> {
  const { admin } = source.log;
  const start = performance.now();
  const micros = await cpuMicrosOf(() => run(source, events));
  const clock = (performance.now() - start) * 1_000;
  await admin.deleteTopic(derivedTopic);
  await admin.deleteGroup(group);
  return { cpu: micros / events, clock: clock / events };
}

interface Cost {
  readonly cpu: number;
  readonly clock: number;
}

const rate = (costs: readonly Cost[], of: keyof Cost): number => 1e6 / median(costs.map((cost) => cost[of]));

/** The decrypter against a loop that copies the same events, each alone with the engine, in turn. */
export const bench: Bench = {
  title: 'decrypter: events per second, 2 of 3 fields decrypted, 1 masked, embedded log',
  async run({ quick, progress }) {
    const events = quick ? 20_000 : 100_000;
    const source = await createSourceStream();
    const [derived, copied]: [Cost[], Cost[]] = [[], []];
    try {
      progress(`${events} events`);
      await source.fill(events);
      for (let round = 0; round <= (quick ? 2 : 5); round += 1) {
        progress(round === 0 ? 'warming up' : `round ${round}`);
        const [copying, deriving] = [
          await measure(source, events, copy),
          await measure(source, events, derive),
        ];
        if (round === 0) continue;
        copied.push(copying);
        derived.push(deriving);
      }
    } finally {
      await source.close();
    }
    const line = (what: string, of: keyof Cost, goal?: Figure['goal']): Figure => ({
      what,
      value: rate(derived, of),
      unit: '/s',
      better: 'more',
      baseline: { what: 'a loop that copies them', value: rate(copied, of) },
      ...(goal === undefined ? {} : { goal }),
    });
    return [
      line('events derived, of CPU time of the process', 'cpu', {
        of: 'ratio',
        bound: 'at least',
        limit: 0.6,
      }),
      line('events derived, by the clock', 'clock'),
    ];
  },
};
