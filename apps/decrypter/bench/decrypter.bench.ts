import type { Bench, Figure } from '@ccd/testkit/bench';
import { deriveAndCopy } from './passes.ts';
import { createSourceStream, startEmbeddedEngines } from './source-stream.ts';
import type { Cost } from './take-turns.ts';

/** The decrypter against a loop that copies the same events. */
export const bench: Bench = {
  title: 'decrypter: events per second, 2 of 3 fields decrypted, 1 masked, embedded log',
  async run({ quick, progress }) {
    const events = quick ? 20_000 : 100_000;
    const source = await createSourceStream(await startEmbeddedEngines());
    try {
      progress(`${events} events`);
      await source.fill(events);
      const { copied, derived } = await deriveAndCopy(source, events, { rounds: quick ? 2 : 5, progress });
      const line = (what: string, of: keyof Cost, goal?: Figure['goal']): Figure => ({
        what,
        value: events / derived[of],
        unit: '/s',
        better: 'more',
        baseline: { what: 'a loop that copies them', value: events / copied[of] },
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
    } finally {
      await source.close();
    }
  },
};
