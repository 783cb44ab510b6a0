import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { bareObjectSchema } from '../client/object-schema.ts';
import { leases, secrets } from '../client/resources.ts';
import { openRig } from '../../testing/kubernetes/kubernetes-rig.ts';
import type { KubernetesRig } from '../../testing/kubernetes/kubernetes-rig.ts';
import { parseLease } from './lease-object.ts';

const script = join(import.meta.dirname, '..', '..', 'testing', 'kubernetes', 'candidate-main.ts');

describeWithServers('kubernetes', 'two replicas of an agent', () => {
  const server = useServer(() => startKubernetes());
  const processes: ChildProcess[] = [];
  let rig: KubernetesRig;
  beforeEach(async () => {
    rig = await openRig(server());
  });
  afterEach(async () => {
    for (const child of processes.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rig.close();
  });

  const start = (name: string): ChildProcess => {
    const child = spawn(process.execPath, [script, server().kubeconfig, rig.namespace, name], {
      env: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    processes.push(child);
    return child;
  };
  /** The versions at which a replica has written; they grow with every write to the cluster. */
  const writesOf = async (name: string): Promise<readonly number[]> =>
    rig.objects.list(secrets, `candidate=${name}`, (item) =>
      Number(bareObjectSchema.parse(item).metadata.resourceVersion),
    );
  const hasWritten = (name: string, more = 0) =>
    eventually(`${name} writes`, async () => (await writesOf(name)).length > more, 30_000, 50);
  const lease = async () => parseLease(await rig.objects.get(leases, 'agent'));

  it('write one at a time: who stood still beyond its term and goes on writes nothing more', async () => {
    const one = start('one');
    await hasWritten('one', 5);
    const two = start('two');
    await hasWritten('one', (await writesOf('one')).length + 5);
    expect(await writesOf('two')).toEqual([]);

    one.send('stand still');
    await hasWritten('two');
    const first = Math.min(...(await writesOf('two')));
    one.kill('SIGCONT');
    // It has its chance for as long as the other goes on with a hundred writes.
    await hasWritten('two', 100);
    expect((await writesOf('one')).filter((version) => version > first)).toEqual([]);

    two.send('stand still');
    const before = (await writesOf('one')).length;
    await hasWritten('one', before);
    two.kill('SIGCONT');
    const turns = [
      ...(await writesOf('one')).map((at) => ({ at, who: 'one' })),
      ...(await writesOf('two')).map((at) => ({ at, who: 'two' })),
    ]
      .toSorted((a, b) => a.at - b.at)
      .map(({ who }) => who)
      .filter((who, at, all) => who !== all[at - 1]);
    expect(turns).toEqual(['one', 'two', 'one']);
  });

  it('stay one where somebody deletes the lease, and a replica comes that never saw it', async () => {
    const times = { leaseMs: 10_000, termMs: 6_000, renewEveryMs: 2_000, retryEveryMs: 500 };
    const replica = () => rig.connect({ electionTimes: times }).lead('agent');
    const one = replica();
    await eventually('one leads', () => one.isHeld());
    await rig.connect().agentState('agent').save('inventory', '{}');
    const holder = (await lease()).spec.holderIdentity;

    await rig.drop(leases, 'agent');
    const two = replica();
    let told = 0;
    two.onChange(() => (told += 1));
    await eventually('it is there again', async () => (await rig.objects.get(leases, 'agent')) !== undefined);
    expect((await lease()).spec.holderIdentity).toBe(holder);
    expect([one.isHeld(), two.isHeld(), told]).toEqual([true, false, 0]);
  });

  it('follow each other at once where one ends in order, and after its lease where it is killed', async () => {
    const one = start('one');
    await hasWritten('one');
    const two = start('two');
    one.kill('SIGTERM');
    await once(one, 'exit');
    await hasWritten('two');
    const three = start('three');
    two.kill('SIGKILL');
    await once(two, 'exit');
    await hasWritten('three');
    expect((await lease()).spec.leaseTransitions).toBe(2);
    expect(three.exitCode).toBeNull();
  });
});
