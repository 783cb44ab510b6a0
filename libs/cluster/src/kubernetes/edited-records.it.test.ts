import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { z } from 'zod';
import { createWorkloadResources } from '../index.ts';
import { secretSpec, workloadSpec } from '../testing/index.ts';
import { openRig } from '../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../testing/kubernetes/kubernetes-rig.ts';
import { configMaps, deployments, secrets } from './client/resources.ts';

const { signal } = new AbortController();
const labels = { 'ccd/installation': 'i', 'ccd/agent': 'agent' };
const workload = { key: { kind: 'decrypter', id: 'a' }, spec: workloadSpec('a'), hash: 'hash-1' };
const secret = { key: { kind: 'connector', id: 's' }, spec: secretSpec('s'), hash: 'hash-1' };
const wholeSecrets = { ...secrets, bare: false };
const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

describeWithServers('kubernetes', 'what somebody has edited with all that it says of our writes', () => {
  const server = useServer(() => startKubernetes());
  let rig: KubernetesRig;
  beforeEach(async () => {
    rig = await openRig(server());
  }, 60_000);
  afterEach(() => rig.close(), 60_000);

  const versionOf = async (resource: typeof configMaps, name: string): Promise<string> =>
    versionSchema.parse(await rig.objects.get(resource, name)).metadata.resourceVersion;
  /** The agent in a new process, and what it sees. */
  const look = async () => {
    const resources = createWorkloadResources({ cluster: rig.connect(), agent: 'agent', labels });
    const [workloads, connectors] = [resources.workloads('decrypter'), resources.secrets('connector')];
    const [theWorkload] = await workloads.actual.observe(signal);
    const [theSecret] = await connectors.actual.observe(signal);
    return { workloads, connectors, theWorkload, theSecret };
  };

  it('is put right where it is a Secret, whose marker names the version of the edit', async () => {
    await (await look()).connectors.applier.create(secret, signal);
    await rig.edit(secrets, 's', { data: { location: btoa('theirs') } });
    const annotations = { 'ccd/secret-version': await versionOf(secrets, 's') };
    await rig.edit(configMaps, 's', { metadata: { annotations } });
    const { connectors, theSecret } = await look();
    if (!theSecret) throw new Error('it is not observed');
    expect([theSecret.owned, theSecret.appliedHash]).toEqual([true, undefined]);
    await connectors.applier.update(secret, theSecret, signal);
    expect(await rig.objects.get(wholeSecrets, 's')).toMatchObject({
      data: { location: btoa('{"type":"s3"}') },
    });

    const inventory = await versionOf(configMaps, 'ccd-agent-inventory');
    expect((await look()).theSecret).toMatchObject({ owned: true, appliedHash: 'hash-1' });
    expect(await versionOf(configMaps, 'ccd-agent-inventory')).toBe(inventory);
  });

  it('is put right where it says that a later version has made it, and goes when it is no longer wanted', async () => {
    const first = await look();
    await first.workloads.applier.create(workload, signal);
    await first.connectors.applier.create(secret, signal);
    const stamp = { metadata: { annotations: { 'ccd/schema': '9' } } };
    await rig.edit(deployments, 'a', { ...stamp, spec: { replicas: 3 } });
    await rig.edit(secrets, 's', { data: { location: btoa('theirs') } });
    await rig.edit(configMaps, 's', stamp);
    const { workloads, connectors, theWorkload, theSecret } = await look();
    if (!theWorkload || !theSecret) throw new Error('they are not observed');
    await workloads.applier.update(workload, theWorkload, signal);
    await connectors.applier.update(secret, theSecret, signal);
    expect(await rig.objects.get(deployments, 'a')).toMatchObject({
      metadata: { annotations: { 'ccd/schema': '1' } },
      spec: { replicas: 1 },
    });
    expect(await rig.objects.get(wholeSecrets, 's')).toMatchObject({
      data: { location: btoa('{"type":"s3"}') },
    });

    await rig.edit(deployments, 'a', stamp);
    await rig.edit(configMaps, 's', stamp);
    const last = await look();
    if (!last.theWorkload || !last.theSecret) throw new Error('they are not observed');
    await last.workloads.applier.remove(last.theWorkload, signal);
    await last.connectors.applier.remove(last.theSecret, signal);
    expect([await rig.objects.get(deployments, 'a'), await rig.objects.get(secrets, 's')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
