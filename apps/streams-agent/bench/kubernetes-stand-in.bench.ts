import type { Bench } from '@ccd/testkit/bench';
import { boundedMemory } from './measure-agent.ts';
import { toFigures } from './on-kubernetes.ts';
import { measureOnStandIn } from './on-stand-in.ts';

/** What is the agent's own part in as many workloads as it is made for. */
export const bench: Bench = {
  title:
    'The streams agent with 10,000 decrypters on a stand-in for an API server, its memory bounded; event log in memory',
  async run({ quick, progress }) {
    const many = quick ? 300 : 10_000;
    progress(`${many} decrypters`);
    const measured = await measureOnStandIn(
      { sources: many, runs: quick ? 3 : 10, pollMs: quick ? 250 : 2_000 },
      boundedMemory,
    );
    return toFigures(measured, quick ? {} : { goals: { seconds: 60, resyncMs: 500, megabytes: 400 } });
  },
};
