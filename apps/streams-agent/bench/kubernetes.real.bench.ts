import type { Bench, Figure } from '@ccd/testkit/bench';
import { runClientGo } from './client-go.ts';
import type { ClientGoTook } from './client-go.ts';
import { costFigure } from './cost-figure.ts';
import { startKubernetesBench, toFigures } from './on-kubernetes.ts';

/** Writes that an agent has under way, as `libs/reconcile` has it unless told otherwise. */
const width = 8;

/** The agent beside a loop of client-go that makes the same objects. */
export const bench: Bench = {
  title:
    'The streams agent on a Kubernetes API server, a Deployment for each of its sources; event log in memory',
  async run({ quick, progress }) {
    progress('starting Kubernetes');
    const kubernetes = await startKubernetesBench();
    try {
      const few = quick ? 100 : 1_000;
      progress(`${few} decrypters`);
      const ofAgent = await kubernetes.measure(few, quick ? 3 : 10);
      progress('the same by client-go');
      const to = await kubernetes.newNamespace();
      const { kubeconfig, folder } = kubernetes;
      const peer = runClientGo(folder, { kubeconfig, from: ofAgent.namespace, to, width });
      if (peer === undefined) return toFigures(ofAgent);
      const created = { what: 'client-go, without topics', value: peer.createMillis / 1_000 };
      const writes = { what: 'client-go', value: peer.objects / few };
      return [...toFigures(ofAgent, { created, writes }), ...figuresOf(few, peer)];
    } finally {
      await kubernetes.stop();
    }
  },
};

function figuresOf(objects: number, peer: ClientGoTook): readonly Figure[] {
  const count = objects.toLocaleString('en');
  return [
    costFigure(`client-go: CPU for creating ${count}`, peer.createCpuMillis, 'ms'),
    costFigure(`client-go: CPU for listing ${count}`, peer.listCpuMillis, 'ms'),
  ];
}
