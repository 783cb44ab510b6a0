import { systemClock } from '@ccd/reconcile';
import { connectByKubeconfig } from '../../kubernetes/connection/kubeconfig.ts';
import { connectKubernetesCluster } from '../../kubernetes/connect-kubernetes-cluster.ts';
import { hastyElection } from './hasty-election.ts';

/**
 * A replica that writes as fast as it may: Secrets of its own, one after the other, each once it holds the lease.
 * A message makes it stand still.
 * usage: candidate-main.ts <kubeconfig> <namespace> <name>
 */
const [kubeconfig = '', namespace = '', name = ''] = process.argv.slice(2);
const cluster = connectKubernetesCluster({
  connection: await connectByKubeconfig(kubeconfig, systemClock),
  namespace,
  template: { pod: {}, apps: {} },
  electionTimes: hastyElection,
});
const leadership = cluster.lead('agent');

// From within, so that it is not between the last look at the lease and what is sent after it: that is one turn.
process.on('message', () => {
  process.kill(process.pid, 'SIGSTOP');
});
let running = true;
process.once('SIGTERM', () => {
  running = false;
});
const isRunning = (): boolean => running;
for (let count = 0; isRunning();) {
  if (leadership.isHeld()) {
    await cluster
      .createSecret({ name: `${name}-${count}`, labels: { candidate: name }, data: {}, hash: 'h' })
      .then(() => (count += 1))
      // Its term has ended, or somebody is in the way: it tries again.
      .catch(() => {});
  }
  await systemClock.sleep(5);
}
await cluster.close();
process.disconnect?.();
