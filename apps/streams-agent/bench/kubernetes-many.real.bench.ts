import type { Bench } from '@ccd/testkit/bench';
import { boundedMemory } from './measure-agent.ts';
import { startKubernetesBench, toFigures } from './on-kubernetes.ts';

/** The agent with as many workloads as it is made for. */
export const bench: Bench = {
  title:
    'The streams agent with 10,000 decrypters on a Kubernetes API server, its memory bounded; event log in memory',
  async run({ quick, progress }) {
    progress('starting Kubernetes');
    const kubernetes = await startKubernetesBench();
    try {
      const many = quick ? 300 : 10_000;
      progress(`${many} decrypters`);
      const measured = await kubernetes.measure(many, quick ? 3 : 5, boundedMemory);
      return toFigures(measured, quick ? {} : { goals: { resyncMs: 500, megabytes: 400 } });
    } finally {
      await kubernetes.stop();
    }
  },
};
