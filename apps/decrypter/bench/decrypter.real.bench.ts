import type { Bench, Figure } from '@ccd/testkit/bench';
import { consumerPerformance } from '../../../bench/real/kafka-peers.ts';
import { startRealEngines } from '../../../bench/real/start-engines.ts';
import { deriveAndCopy } from './passes.ts';
import { createSourceStream, sourceTopic } from './source-stream.ts';

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
      const consumed = await consumerPerformance(engines.bootstrapServers, {
        topic: sourceTopic,
        records: events,
      });
      const line = (what: string, value: number, baseline?: Figure['baseline']): Figure => ({
        what,
        value,
        unit: '/s',
        better: 'more',
        ...(baseline && { baseline }),
      });
      const copying = 'a loop that copies them in transactions';
      const peer = "Kafka's ConsumerPerformance";
      const byClock = events / derived.clock;
      return [
        line('messages derived, of CPU time of the process', events / derived.cpu, {
          what: copying,
          value: events / copied.cpu,
        }),
        line('messages derived, by the clock', byClock, { what: copying, value: events / copied.clock }),
        line('messages derived, by the clock, against the peer', byClock, { what: peer, value: consumed }),
        line(`${peer}: read and left alone, by the clock`, consumed),
      ];
    } finally {
      await source.close();
    }
  },
};
