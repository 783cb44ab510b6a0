import type { Bench, Figure, Goal } from '@ccd/testkit/bench';
import { costFigure } from './cost-figure.ts';
import { boundedMemory, measureAgent, unboundedMemory } from './measure-agent.ts';
import type { Measured } from './measured.ts';
import { resourcesOfSource } from './stand-ins/answer.ts';

const atMost = (limit: number): Goal => ({ of: 'value', bound: 'at most', limit });

function toFigures(sources: number, free: Measured, bounded: Measured): readonly Figure[] {
  const resources = (resourcesOfSource * sources).toLocaleString('en');
  const { created, resync, others, writes } = free;
  if (others === undefined) throw new Error('not all kinds of runs were measured');
  return [
    costFigure(`an unchanged resync of ${resources} resources, CPU`, resync, 'ms', {
      baseline: { what: 'with the answer in full', value: others.inFull },
      goal: atMost(500),
    }),
    costFigure('writes of all unchanged resyncs', writes, '', { goal: atMost(0) }),
    costFigure('six of them, with the states of all told anew, as once a minute, CPU', others.told, 'ms', {
      baseline: { what: 'six without', value: 6 * resync },
    }),
    costFigure(`all ${resources} created`, created / 1_000, 's', { goal: atMost(60) }),
    costFigure(
      'resident at its highest, memory bounded as the README says',
      bounded.residentAtMost / 1e6,
      'MB',
      {
        goal: atMost(400),
      },
    ),
    costFigure('an unchanged resync, memory bounded, CPU', bounded.resync, 'ms', {
      baseline: { what: 'memory not bounded', value: resync },
      goal: atMost(500),
    }),
    costFigure('resident at its highest, memory not bounded', free.residentAtMost / 1e6, 'MB'),
    costFigure('in use after garbage collection', free.inUse / 1e6, 'MB'),
    costFigure('resident before it began: node and the code', free.residentBefore / 1e6, 'MB'),
  ];
}

export const bench: Bench = {
  title:
    'The streams agent with nothing to do; event log, cluster and control plane in another process, in memory',
  async run({ quick, progress }) {
    const sources = quick ? 1_000 : 5_000;
    const order = {
      sources,
      allKinds: true,
      ...(quick ? { runs: 5, pollMs: 200 } : { runs: 20, pollMs: 700 }),
    };
    progress(`an agent of ${2 * sources} streams`);
    const free = await measureAgent(order, unboundedMemory);
    progress('the same with bounded memory');
    return toFigures(sources, free, await measureAgent(order, boundedMemory));
  },
};
