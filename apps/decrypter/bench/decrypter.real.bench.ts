import type { Bench, Figure } from '@ccd/testkit/bench';
import { besidePeer, consumerPerformance } from '../../../bench/real/kafka-peers.ts';
import { startRealEngines } from '../../../bench/real/start-engines.ts';
import { deriveAndCopy } from './passes.ts';
import { createSourceStream, sourceTopic } from './source-stream.ts';
import type { Cost } from './take-turns.ts';

/** The decrypter on Kafka and Redis against a loop that copies the same events, and beside Kafka's own consumer. */
export const bench: Bench = {
  title: 'decrypter: messages per second, 2 of 3 fields decrypted, 1 masked, Kafka with transactions, Redis',
  async run({ quick, progress }) {
    const events = quick ? 50_000 : 200_000;
    progress('starting Kafka and Redis');
    const engines = await startRealEngines();
    const source = await createSourceStream(engines);
    try {
      progress(`${events} events`);
      await source.fill(events);
      const { copied, derived } = await deriveAndCopy(source, events, { rounds: quick ? 2 : 5, progress });
      progress("Kafka's own consumer");
      const peer = await consumerPerformance(engines.bootstrapServers, {
        topic: sourceTopic,
        records: events,
      });
      const line = (what: string, of: keyof Cost): Figure => ({
        what,
        value: events / derived[of],
        unit: '/s',
        better: 'more',
        baseline: { what: 'a loop that copies them in transactions', value: events / copied[of] },
      });
      const byClock = line('messages derived, by the clock', 'clock');
      return [
        line('messages derived, of CPU time of the process', 'cpu'),
        byClock,
        ...besidePeer(
          { name: "Kafka's ConsumerPerformance", does: 'read and left alone, by the clock', result: peer },
          [{ what: byClock.what, perSecond: byClock.value }],
        ),
      ];
    } finally {
      await source.close();
    }
  },
};
