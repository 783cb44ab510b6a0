import { describe, expect, it } from '@jest/globals';
import { ForeignObjectError, TerminalError, TransientError, UnreadableDocumentError } from '@ccd/reconcile';
import type { Desired } from '@ccd/reconcile';
import { DeniedError } from '../errors.ts';
import type { WorkloadSpec } from '../port.ts';
import { createMemoryCluster, secretSpec, workloadSpec } from '../testing/index.ts';
import type { SecretReference } from './workload-resources.ts';
import { createWorkloadResources } from './workload-resources.ts';

const labels = { 'ccd/installation': 'i-1', 'ccd/agent': 'streams-agent' };
const { signal } = new AbortController();

const desired = (name: string, change: Partial<WorkloadSpec> = {}): Desired<WorkloadSpec> => {
  const spec = workloadSpec(name, { labels: { app: 'decrypter' }, ...change });
  return { key: { kind: 'decrypter', id: name }, spec, hash: spec.hash };
};
const desiredSecret = (name: string, spec: SecretReference = secretSpec(name)): Desired<SecretReference> => ({
  key: { kind: 'connector', id: name },
  spec,
  hash: spec.hash,
});

/** An agent on a cluster; `restarted` is the same agent in a new process. */
function agentOn(cluster = createMemoryCluster()) {
  const restarted = () => createWorkloadResources({ cluster, agent: 'streams-agent', labels });
  const resources = restarted();
  const workloads = resources.workloads('decrypter');
  const observe = async (name: string, from = workloads) =>
    (await from.actual.observe(signal)).find(({ key }) => key.id === name);
  const theOne = async (name: string) => {
    const found = await observe(name);
    if (!found) throw new Error(`${name} is not observed`);
    return found;
  };
  return { cluster, resources, restarted, ...workloads, observe, theOne };
}

describe(createWorkloadResources, () => {
  it('observes what it created as its own, with the applied hash, also after a restart', async () => {
    const { applier, observe, restarted } = agentOn();
    await applier.create(desired('a'), signal);
    const expected = { key: { kind: 'decrypter', id: 'a' }, owned: true, appliedHash: 'hash-1' };
    expect(await observe('a')).toMatchObject(expected);
    expect(await observe('a', restarted().workloads('decrypter'))).toMatchObject(expected);
  });

  it('puts the labels of the agent on every object', async () => {
    const { applier, theOne } = agentOn();
    await applier.create(desired('a'), signal);
    expect((await theOne('a')).live.labels).toEqual({ app: 'decrypter', ...labels });
  });

  it('owns nothing for its labels alone: only what it recorded', async () => {
    const { cluster, observe } = agentOn();
    await cluster.createWorkload(workloadSpec('copied', { labels }));
    expect(await observe('copied')).toMatchObject({ owned: false });
  });

  it('reports a foreign object of the same name, leaves it as it is and stays a stranger to it', async () => {
    const { cluster, applier, observe } = agentOn();
    await cluster.createWorkload(workloadSpec('a', { labels, hash: 'theirs' }));
    await expect(applier.create(desired('a'), signal)).rejects.toThrow(ForeignObjectError);
    expect(await observe('a')).toMatchObject({ owned: false, appliedHash: 'theirs' });
  });

  it('finds its object by uid when the labels are lost, calls that drift and repairs it', async () => {
    const { cluster, applier, drift, theOne } = agentOn();
    await applier.create(desired('a'), signal);
    cluster.editWorkload('a', { labels: {} });
    const observed = await theOne('a');
    expect([observed.owned, drift(desired('a'), observed)]).toEqual([true, 'EditedByHand']);
    await applier.update(desired('a'), observed, signal);
    const repaired = await theOne('a');
    expect([repaired.live.labels, drift(desired('a'), repaired)]).toEqual([
      { app: 'decrypter', ...labels },
      undefined,
    ]);
  });

  it('calls it drift where an object has been edited with all that it says of itself, and repairs it', async () => {
    const { cluster, applier, drift, theOne } = agentOn();
    await applier.create(desired('a'), signal);
    const { uid } = (await theOne('a')).live;
    const forged = { labels: { app: 'decrypter', ...labels }, env: { STRM_STREAM: 'theirs' } };
    await cluster.updateWorkload(workloadSpec('a', forged), uid);
    const observed = await theOne('a');
    expect([observed.appliedHash, observed.live.liveHash]).toEqual(['hash-1', 'hash-1']);
    expect(drift(desired('a'), observed)).toBe('EditedByHand');
    await applier.update(desired('a'), observed, signal);
    expect(drift(desired('a'), await theOne('a'))).toBeUndefined();
    expect(cluster.specOf('a')?.env).toEqual({ STRM_STREAM: 'demo' });
  });

  it('does not own what somebody made anew under the name of its object', async () => {
    const { cluster, applier, observe, theOne } = agentOn();
    await applier.create(desired('a'), signal);
    const before = await theOne('a');
    await cluster.removeWorkload('a', before.live.uid);
    await cluster.createWorkload(workloadSpec('a', { labels }));
    const stranger = await theOne('a');
    expect(stranger.owned).toBe(false);
    await expect(applier.update(desired('a'), stranger, signal)).rejects.toThrow(ForeignObjectError);
    await expect(applier.remove(stranger, signal)).rejects.toThrow(ForeignObjectError);
    await applier.remove(before, signal);
    expect(await observe('a')).toMatchObject({ owned: false });
  });

  it.each([
    ['the object was made', 'createWorkload', { lost: true }],
    ['the object was made and could not be recorded', 'save', { lost: false, skip: 1 }],
    ['everything was made and recorded', 'save', { lost: true, skip: 1 }],
    ['nothing was made', 'createWorkload', { lost: false }],
    ['nothing was recorded', 'save', { lost: false }],
  ] as const)(
    'carries through when a create that failed is repeated: %s',
    async (_title, operation, fault) => {
      const { cluster, applier, observe, restarted } = agentOn();
      cluster.failNext(operation, new Error('the answer was lost'), fault);
      await expect(applier.create(desired('a'), signal)).rejects.toThrow('lost');
      const again = restarted().workloads('decrypter');
      await again.actual.observe(signal);
      await again.applier.create(desired('a', { hash: 'hash-2' }), signal);
      expect(await observe('a')).toMatchObject({ owned: true, appliedHash: 'hash-2' });
    },
  );

  it('observes as its own what a lost create left, so that nothing is made twice', async () => {
    const { cluster, applier, observe, restarted } = agentOn();
    cluster.failNext('createWorkload', new Error('reset'), { lost: true });
    await expect(applier.create(desired('a'), signal)).rejects.toThrow('reset');
    expect(await observe('a', restarted().workloads('decrypter'))).toMatchObject({ owned: true });
  });

  it('records the uid of what a lost create left, so that it is found without its labels later', async () => {
    const { cluster, applier, observe, theOne } = agentOn();
    cluster.failNext('createWorkload', new Error('reset'), { lost: true });
    await expect(applier.create(desired('a'), signal)).rejects.toThrow('reset');
    const left = await theOne('a');
    expect(left.appliedHash).toBeUndefined();
    await applier.update(desired('a'), left, signal);
    expect(await observe('a')).toMatchObject({ owned: true, appliedHash: 'hash-1' });
    cluster.editWorkload('a', { labels: {} });
    expect(await observe('a')).toMatchObject({ owned: true });
  });

  describe('where a list is older than what was made', () => {
    function onStaleLists() {
      const cluster = createMemoryCluster();
      let stale = false;
      const reading = { ...cluster, listWorkloads: async () => (stale ? [] : cluster.listWorkloads({})) };
      return {
        ...agentOn({ ...cluster, ...reading }),
        cluster,
        stale: (is: boolean): void => {
          stale = is;
        },
      };
    }

    it('neither makes it twice nor forgets whose it is, also when it lost its labels', async () => {
      const { cluster, applier, observe, theOne, stale } = onStaleLists();
      await applier.create(desired('a'), signal);
      const { uid } = (await theOne('a')).live;
      stale(true);
      expect(await observe('a')).toBeUndefined();
      await expect(applier.create(desired('a'), signal)).rejects.toThrow('stood there and is gone');
      stale(false);
      cluster.editWorkload('a', { labels: {} });
      const again = await theOne('a');
      expect([again.owned, again.live.uid]).toEqual([true, uid]);
      await applier.update(desired('a'), again, signal);
      expect(await observe('a')).toMatchObject({ owned: true, appliedHash: 'hash-1' });
    });

    it('owns what a lost create has put in the place of the one before', async () => {
      const { cluster, applier, observe, theOne } = onStaleLists();
      await applier.create(desired('a'), signal);
      await cluster.removeWorkload('a', (await theOne('a')).live.uid);
      cluster.failNext('createWorkload', new Error('reset'), { lost: true });
      await expect(applier.create(desired('a'), signal)).rejects.toThrow('reset');
      expect(await observe('a')).toMatchObject({ owned: true });
    });
  });

  it.each(['NamespaceTerminating', 'Forbidden', 'QuotaExceeded'])(
    'tries again within a minute where it is refused for %s: somebody may have put that right',
    async (reason) => {
      const { cluster, applier } = agentOn();
      cluster.failNext('createWorkload', new DeniedError('workload', 'a', reason, 'no'));
      const error: unknown = await applier.create(desired('a'), signal).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TransientError);
      expect(error).toMatchObject({ reason, longestBackoffMs: 60_000 });
    },
  );

  it('writes its record once, however often a creation is tried', async () => {
    const { cluster, applier } = agentOn();
    const fails = () => {
      cluster.failNext('createWorkload', new Error('reset'));
      return expect(applier.create(desired('a'), signal)).rejects.toThrow('reset');
    };
    await fails();
    const before = cluster.writes();
    await fails();
    expect(cluster.writes()).toBe(before);
  });

  it('creates nothing that it could not record before', async () => {
    const { cluster, applier } = agentOn();
    cluster.failNext('save', new Error('read-only'));
    await expect(applier.create(desired('a'), signal)).rejects.toThrow('read-only');
    expect(await cluster.listWorkloads({})).toEqual([]);
  });

  it('removes its object and forgets it; a repetition is no error', async () => {
    const { cluster, applier, theOne } = agentOn();
    await applier.create(desired('a'), signal);
    const observed = await theOne('a');
    cluster.failNext('removeWorkload', new Error('reset'), { lost: true });
    await expect(applier.remove(observed, signal)).rejects.toThrow('reset');
    await applier.remove(observed, signal);
    await applier.remove(observed, signal);
    expect(await cluster.listWorkloads({})).toEqual([]);
    expect(await cluster.agentState('streams-agent').load('inventory')).toBe('{"version":1,"objects":{}}');
  });

  it('writes nothing while it only observes', async () => {
    const { cluster, applier, observe } = agentOn();
    await applier.create(desired('a'), signal);
    const before = cluster.writes();
    await observe('a');
    await observe('a');
    expect(cluster.writes()).toBe(before);
  });

  it('observes nothing rather than a part: errors of the list or the inventory come through', async () => {
    const { cluster, actual } = agentOn();
    cluster.failNext('listWorkloads', new Error('timeout'));
    await expect(actual.observe(signal)).rejects.toThrow('timeout');
    await cluster.agentState('streams-agent').save('inventory', '{"version":2}');
    await expect(actual.observe(signal)).rejects.toThrow(UnreadableDocumentError);
  });

  it('calls a spec that the cluster refuses terminal, and an object that changed meanwhile transient', async () => {
    const { cluster, applier, theOne } = agentOn();
    await expect(applier.create(desired('a', { env: { PATH: '/' } }), signal)).rejects.toThrow(TerminalError);
    await applier.create(desired('b'), signal);
    const observed = await theOne('b');
    await cluster.removeWorkload('b', observed.live.uid);
    await expect(applier.update(desired('b'), observed, signal)).rejects.toThrow(TransientError);
  });

  it('lets go when its signal aborts, and keeps the record of what went on', async () => {
    const stop = new AbortController();
    const { promise: stuck, resolve: goOn } = Promise.withResolvers<undefined>();
    const cluster = createMemoryCluster();
    const slow = {
      ...cluster,
      createWorkload: async (spec: WorkloadSpec) => (await stuck, cluster.createWorkload(spec)),
    };
    const { applier } = createWorkloadResources({ cluster: slow, agent: 'streams-agent', labels }).workloads(
      'decrypter',
    );
    const creating = applier.create(desired('a'), stop.signal);
    stop.abort(new Error('deadline'));
    await expect(creating).rejects.toThrow('deadline');
    goOn(undefined);
    const { observe } = agentOn(cluster);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(await observe('a')).toMatchObject({ owned: true });
    await expect(applier.create(desired('b'), stop.signal)).rejects.toThrow('deadline');
  });

  it('records many creations at a time with few writes', async () => {
    const { cluster, applier, actual } = agentOn();
    const names = Array.from({ length: 50 }, (_, index) => `w-${index}`);
    await Promise.all(names.map((name) => applier.create(desired(name), signal)));
    expect((await actual.observe(signal)).filter(({ owned }) => owned)).toHaveLength(50);
    expect(cluster.writes()).toBeLessThan(50 + 20);
  });

  describe('secrets', () => {
    it('are created and updated with content, and never without', async () => {
      const { cluster, resources } = agentOn();
      const { applier, actual, drift } = resources.secrets('connector');
      await applier.create(desiredSecret('s'), signal);
      const [observed] = await actual.observe(signal);
      if (!observed) throw new Error('s is not observed');
      expect([observed.owned, observed.appliedHash, drift(desiredSecret('s'), observed)]).toEqual([
        true,
        'hash-1',
        undefined,
      ]);
      const reference: SecretReference = { name: 's', labels: {}, hash: 'hash-2' };
      await expect(applier.update(desiredSecret('s', reference), observed, signal)).rejects.toMatchObject({
        reason: 'CredentialsUnavailable',
      });
      expect(cluster.secretData('s')).toEqual(secretSpec('s').data);
      cluster.editSecretLabels('s', {});
      const [bare] = await actual.observe(signal);
      expect(bare && [bare.owned, drift(desiredSecret('s'), bare)]).toEqual([true, 'LabelsLost']);
    });

    it('share the inventory with workloads without being mixed up', async () => {
      const { applier, resources, observe } = agentOn();
      const secrets = resources.secrets('connector');
      await Promise.all([
        applier.create(desired('x'), signal),
        secrets.applier.create(desiredSecret('x'), signal),
      ]);
      const [secret] = await secrets.actual.observe(signal);
      if (!secret) throw new Error('x is not observed');
      await secrets.applier.remove(secret, signal);
      expect(await observe('x')).toMatchObject({ owned: true });
    });
  });
});
