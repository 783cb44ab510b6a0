import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { createWorkloadResources } from '../index.ts';
import type { Cluster } from '../port.ts';
import { workloadSpec } from '../testing/index.ts';
import { openRig } from '../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../testing/kubernetes/kubernetes-rig.ts';
import { configMaps, deployments } from './client/resources.ts';

const { signal } = new AbortController();
const labels = { 'ccd/installation': 'i', 'ccd/agent': 'agent' };
const spec = workloadSpec('a');
const desired = { key: { kind: 'decrypter', id: 'a' }, spec, hash: spec.hash };

describeWithServers('kubernetes', 'an inventory that somebody has removed', () => {
  const server = useServer(() => startKubernetes());
  let rig: KubernetesRig;
  let cluster: Cluster;
  beforeEach(async () => {
    rig = await openRig(server());
    cluster = rig.connect();
    await resources().applier.create(desired, signal);
    await rig.drop(configMaps, 'ccd-agent-inventory');
  }, 60_000);
  afterEach(() => rig.close(), 60_000);

  /** Of an agent that has just started. */
  const resources = () => createWorkloadResources({ cluster, agent: 'agent', labels }).workloads('decrypter');
  const theOne = async () => {
    const [observed] = await resources().actual.observe(signal);
    if (!observed) throw new Error('nothing is observed');
    return observed;
  };

  it('makes its objects foreign, which are left alone, until a person gives back exactly these', async () => {
    const { owned, advice = '', live } = await theOne();
    expect(owned).toBe(false);
    await expect(resources().applier.create(desired, signal)).rejects.toThrow('not ours');
    const [, command = ''] = /kubectl (.*)$/.exec(advice) ?? [];
    await rig.release('agent', '');
    // As it stands there.
    await server().kubectl(command.split(' '));
    expect(await theOne()).toMatchObject({ owned: true, appliedHash: spec.hash, live: { uid: live.uid } });

    await rig.edit(deployments, 'a', { spec: { replicas: 3 } });
    const again = resources();
    const [edited] = await again.actual.observe(signal);
    if (!edited) throw new Error('nothing is observed');
    await again.applier.update(desired, edited, signal);
    expect(again.drift(desired, await theOne())).toBeUndefined();
  });

  it('gives nobody else what carries the labels later', async () => {
    const { advice = '' } = await theOne();
    const text = /ccd\/adopt=(\w+)/.exec(advice)?.[1] ?? '';
    await cluster.createWorkload(workloadSpec('copied', { labels }));
    await rig.release('agent', '');
    await server().kubectl(['-n', rig.namespace, 'annotate', 'lease', 'agent', `ccd/adopt=${text}`]);
    const all = await resources().actual.observe(signal);
    expect(all.map(({ owned }) => owned)).toEqual([false, false]);
  });
});
