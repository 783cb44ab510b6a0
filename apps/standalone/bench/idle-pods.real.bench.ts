import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { startServerSet } from '../src/testing/engines/server-set.ts';
import { installDataPlane } from '../src/testing/kubernetes/data-plane.ts';
import { startNodeCluster } from '../src/testing/kubernetes/install-cluster.ts';
import { buildApps } from '../src/testing/processes/build-apps.ts';
import { createLauncher } from '../src/testing/processes/launcher.ts';
import { readPodMemory } from './read-pod-memory.ts';

const apps = ['event-gateway', 'streams-agent', 'data-connectors-agent', 'exporters-agent'];
/** As in production. */
const pollIntervalMs = 30_000;

/** The pods that Helm installs, without a stream or an exporter to look after. */
export const bench: Bench = {
  title: 'Pods of a data plane with nothing to do, on a node: memory of each, as the kubelet reports it',
  async run({ quick, progress }) {
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    const launcher = createLauncher();
    const stops: (() => unknown)[] = [
      () => {
        rmSync(folder, { recursive: true, force: true });
      },
    ];
    try {
      progress('building the control plane and the images');
      const programs = await buildApps(join(folder, 'dist'), ['control-plane']);
      const cluster = await startNodeCluster(folder, apps);
      stops.push(() => cluster.stop());
      progress('installing');
      const engines = await startServerSet(1, cluster);
      stops.push(
        () => engines.stop(),
        () => launcher.stop(),
      );
      const { namespace } = await installDataPlane({
        ...{ folder, cluster, programs, launcher, engines },
        pollIntervalMs,
      });
      progress('idling');
      // The kubelet looks at a pod every ten seconds or so.
      await setTimeout(quick ? 15_000 : 2 * pollIntervalMs);
      return (await readPodMemory(cluster, namespace)).flatMap(({ app, workingSet, usage }): Figure[] => [
        { what: `${app}: working set`, value: workingSet / 1e6, unit: 'MB', better: 'less' },
        { what: `${app}: all that its cgroup holds`, value: usage / 1e6, unit: 'MB', better: 'less' },
      ]);
    } finally {
      for (const stop of stops.toReversed()) await stop();
    }
  },
};
