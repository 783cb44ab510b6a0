import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectCluster, createGuardRecordStore } from '@ccd/cluster';
import type { Cluster } from '@ccd/cluster';
import { systemClock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();
const revision = (number: bigint) => ({ epoch: 'e1', number });

describeWithServers('kubernetes', 'agent, in a namespace of Kubernetes', () => {
  const server = useServer(() => startKubernetes());
  let rig: Rig;
  let namespace: string;
  let cluster: Cluster;
  let place: readonly string[];

  beforeEach(async () => {
    rig = await createRig(scratch, systemClock);
    namespace = await server().namespace();
    place = ['--namespace', namespace, '--kubeconfig', server().kubeconfig];
    cluster = await connectCluster({ engine: 'kubernetes', kubeconfig: server().kubeconfig, namespace });
    const leadership = cluster.lead('streams-agent');
    await eventually('it leads', leadership.isHeld);
    await createGuardRecordStore(cluster.agentState('streams-agent')).save(
      { accepted: { revision: revision(41n) }, withheld: { revision: revision(42n) }, deletions: [] },
      rig.stop.signal,
    );
  });
  afterEach(async () => {
    await cluster.close();
    rig.server.close();
  });

  it('shows what an agent withholds, and leaves it the release of exactly that', async () => {
    expect((await rig.run('agent', 'status', ...place)).out).toBe(
      'AGENT          ACCEPTED  WITHHELD  RELEASED\nstreams-agent  e1/41     e1/42\n',
    );
    expect(await rig.run('agent', 'release', 'streams-agent', 'e1/42', ...place)).toEqual({
      code: 0,
      out: 'Revision e1/42 is released for streams-agent.\n',
      err: '',
    });
    expect(await cluster.agentState('streams-agent').release()).toBe('e1/42');
    expect((await rig.run('agent', 'status', ...place)).out).toContain('e1/42     e1/42\n');
  });

  it('reaches the cluster as a person reaches it, where nothing else is said', async () => {
    rig.env['KUBECONFIG'] = server().kubeconfig;
    expect((await rig.run('agent', 'status', '--namespace', namespace, '-o', 'plain')).out).toBe(
      'streams-agent\n',
    );
  });

  it('releases nothing for an agent that is not there', async () => {
    expect((await rig.run('agent', 'release', 'other-agent', 'e1/42', ...place)).err).toBe(
      "There is no agent 'other-agent' here; there is streams-agent.\n",
    );
  });

  it('says which rights a person lacks', async () => {
    const kubeconfig = join(rig.folder, 'kubeconfig');
    writeFileSync(kubeconfig, await server().kubeconfigFor(namespace, 'default'));
    const run = (...args: readonly string[]) =>
      rig.run('agent', ...args, '--namespace', namespace, '--kubeconfig', kubeconfig);
    for (const args of [['status'], ['release', 'streams-agent', 'e1/42']]) {
      expect((await run(...args)).err).toMatch(/^The cluster does not let you\. .* Leases, .* ConfigMaps/);
    }
    expect(await cluster.agentState('streams-agent').release()).toBeUndefined();
  });

  it('says that there is no way to a cluster', async () => {
    expect((await rig.run('agent', 'status', '--namespace', namespace)).err).toBe(
      `${join(rig.folder, 'home', '.kube', 'config')} is not a kubeconfig that can be read\n`,
    );
  });
});
