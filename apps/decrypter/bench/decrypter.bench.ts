import type { DecrypterTask } from '@ccd/dataplane';
import { createFieldCiphers } from '@ccd/privacy';
import { systemClock as clock } from '@ccd/reconcile';
import { cpuMicrosOf, median } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { groupOf, runDecrypter } from '../src/run-decrypter.ts';
import { createSourceStream, sourceTopic, streamId } from './source-stream.ts';
import type { SourceStream } from './source-stream.ts';

const derivedTopic = 'stream-derived';
const task: DecrypterTask = {
  streamId,
  sourceTopic,
  derived: [
    {
      topic: derivedTopic,
      consent: { type: 'CUMULATIVE', levels: [2] },
      masking: { seed: 'bench', fields: { 'bench/page-view/1.0.0': ['customerId'] } },
    },
  ],
};

/** The decrypter itself until it has read so many events. */
async function derive({ log, keys, reader }: SourceStream, events: number): Promise<void> {
  const stop = new AbortController();
  let left = events;
  await runDecrypter(
    {
      task,
      log,
      reader,
      keys,
      ciphers: createFieldCiphers(),
      clock,
      onRunning: () => {},
      onBlocked: (_partition, _offset, reason) => {
        stop.abort(new Error(reason));
      },
      onUnblocked: () => {},
      mayGo: async () => false,
      onDerived: ({ read, written }) => {
        if (read !== written) throw new Error('every event goes into the derived stream');
        left -= read;
        if (left <= 0) stop.abort();
      },
    },
    stop.signal,
  );
  if (left > 0) throw new Error('the derivation ended early');
}

/** The same batches copied as they are, in the same transactions. */
async function copy({ log }: SourceStream, events: number): Promise<void> {
  const group = groupOf(task);
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

/** CPU time of this process for one event, in microseconds, over a derived stream that is new each time. */
async function measure(
  source: SourceStream,
  events: number,
  run: (source: SourceStream, events: number) => Promise<void>,
): Promise<number> {
  const { admin } = source.log;
  await admin.createTopic({ name: derivedTopic, partitions: 4, config: { cleanup: 'delete' } });
  const micros = await cpuMicrosOf(() => run(source, events));
  await admin.deleteTopic(derivedTopic);
  await admin.deleteGroup(groupOf(task));
  return micros / events;
}

/** The decrypter against a loop that copies the same events, each alone with the engine, in turn. */
export const bench: Bench = {
  title: 'decrypter: events per second of CPU time, 2 of 3 fields decrypted, 1 masked, embedded log',
  async run({ quick, progress }) {
    const events = quick ? 20_000 : 100_000;
    const source = await createSourceStream();
    const [derived, copied]: [number[], number[]] = [[], []];
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
    return [
      {
        what: 'events derived',
        value: 1e6 / median(derived),
        unit: '/s',
        better: 'more',
        baseline: { what: 'a loop that copies them', value: 1e6 / median(copied) },
        goal: { of: 'ratio', bound: 'at least', limit: 0.6 },
      } satisfies Figure,
    ];
  },
};
