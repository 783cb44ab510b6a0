import { describe, expect, it } from '@jest/globals';
import type { Desired } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { Kept, WorkloadSpec } from '../port.ts';
import { createMemoryCluster, workloadSpec } from '../testing/index.ts';
import { createWorkloadResources } from './workload-resources.ts';

const labels = { 'ccd/installation': 'i-1', 'ccd/agent': 'streams-agent' };
const { signal } = new AbortController();

const desired = (name: string): Desired<WorkloadSpec> => {
  const spec = workloadSpec(name);
  return { key: { kind: 'decrypter', id: name }, spec, hash: spec.hash };
};
const named = (count: number): readonly Desired<WorkloadSpec>[] =>
  Array.from({ length: count }, (_, index) => desired(`w-${index}`));

function agentOn(cluster = createMemoryCluster()) {
  const clock = createFakeClock();
  const restarted = () =>
    createWorkloadResources({ cluster, agent: 'streams-agent', labels, clock }).workloads('decrypter');
  const { actual, applier } = restarted();
  if (!applier.batch) throw new Error('objects of a cluster are changed in batches');
  const inventory = async () =>
    Object.keys(
      (
        JSON.parse((await cluster.agentState('streams-agent').load('inventory')) ?? '{"objects":{}}') as {
          objects: object;
        }
      ).objects,
    );
  return { cluster, clock, restarted, actual, applier, batch: applier.batch, inventory };
}

describe('a batch of objects', () => {
  it('is recorded with one write before it and one after it, whatever is done in it', async () => {
    const { cluster, actual, applier, batch } = agentOn();
    await batch.begin(named(50), signal);
    await Promise.all(named(50).map((each) => applier.create(each, signal)));
    await batch.end(signal);
    expect(cluster.writes()).toBe(50 + 2);
    const all = await actual.observe(signal);
    expect(all.filter(({ owned, appliedHash }) => owned && appliedHash === 'hash-1')).toHaveLength(50);
    await batch.begin([], signal);
    await Promise.all(all.map((each) => applier.remove(each, signal)));
    await batch.end(signal);
    expect(cluster.writes()).toBe(50 + 2 + 50 + 1);
  });

  it('that is cut short leaves nothing that is not known as its own', async () => {
    const { cluster, actual, applier, batch, restarted } = agentOn();
    await batch.begin(named(3), signal);
    await applier.create(desired('w-0'), signal);
    cluster.failNext('createWorkload', new Error('reset'), { lost: true });
    await expect(applier.create(desired('w-1'), signal)).rejects.toThrow('reset');
    // The process ends here.
    const { actual: again, applier: anew } = restarted();
    const found = await again.observe(signal);
    expect(found.map(({ owned, appliedHash }) => [owned, appliedHash])).toEqual([
      [true, undefined],
      [true, undefined],
    ]);
    for (const each of found) await anew.update(desired(each.key.id), each, signal);
    expect((await actual.observe(signal)).map(({ appliedHash }) => appliedHash)).toEqual([
      'hash-1',
      'hash-1',
    ]);
  });

  it('takes nothing of others for its own that came before its turn', async () => {
    const { cluster, actual, applier, batch } = agentOn();
    await batch.begin(named(2), signal);
    await cluster.createWorkload(workloadSpec('w-0', { labels }));
    await expect(applier.create(desired('w-0'), signal)).rejects.toThrow('not ours');
    // The run ended before the turn of w-1.
    await batch.end(signal);
    await cluster.createWorkload(workloadSpec('w-1', { labels }));
    expect((await actual.observe(signal)).map(({ owned }) => owned)).toEqual([false, false]);
  });

  it('is made as if there were none where it could not begin', async () => {
    const { cluster, actual, applier, batch } = agentOn();
    cluster.failNext('save', new Error('away'));
    await expect(batch.begin(named(1), signal)).rejects.toThrow('away');
    await applier.create(desired('w-0'), signal);
    await batch.end(signal);
    expect(await actual.observe(signal)).toMatchObject([{ owned: true, appliedHash: 'hash-1' }]);
  });

  it('whose end could not be recorded is recorded with the next look', async () => {
    const { cluster, actual, applier, batch, restarted } = agentOn();
    await batch.begin(named(1), signal);
    await applier.create(desired('w-0'), signal);
    cluster.failNext('save', new Error('away'));
    await expect(batch.end(signal)).rejects.toThrow('away');
    await actual.observe(signal);
    expect(await restarted().actual.observe(signal)).toMatchObject([{ appliedHash: 'hash-1' }]);
  });
});

describe('objects of an agent whose inventory was lost', () => {
  async function lost() {
    const agent = agentOn();
    for (const name of ['a', 'b']) await agent.applier.create(desired(name), signal);
    await agent.cluster.createWorkload(workloadSpec('bare'));
    await agent.cluster.agentState('streams-agent').save('inventory', '{"version":1,"objects":{}}');
    const look = async () =>
      (await agent.restarted().actual.observe(signal)).map(({ key, owned, advice }) => ({
        name: key.id,
        owned,
        text: /adopt (\w+)/.exec(advice ?? '')?.[1],
      }));
    return { ...agent, look };
  }

  it('are foreign, with a word on how a person gives them back, until one does', async () => {
    const { cluster, look } = await lost();
    const [a, b, bare] = await look();
    expect([a?.owned, b?.owned, bare]).toEqual([
      false,
      false,
      { name: 'bare', owned: false, text: undefined },
    ]);
    expect(a?.text).toMatch(/^\w{16}$/);
    cluster.adopt('streams-agent', a?.text ?? '');
    const given = await look();
    expect(given.map(({ owned }) => owned)).toEqual([true, true, false]);
    cluster.adopt('streams-agent', '');
    expect(await look()).toEqual(given);
  });

  it('are given back as they were named: none that came in between', async () => {
    const { cluster, look } = await lost();
    const [a] = await look();
    await cluster.createWorkload(workloadSpec('c', { labels }));
    cluster.adopt('streams-agent', a?.text ?? '');
    expect((await look()).map(({ owned }) => owned)).toEqual([false, false, false, false]);
  });

  it('can be repaired once they are given back, as the objects that they are', async () => {
    const { cluster, look, restarted } = await lost();
    cluster.adopt('streams-agent', (await look())[0]?.text ?? '');
    const { actual, applier } = restarted();
    const [a] = await actual.observe(signal);
    if (!a) throw new Error('a is not observed');
    await applier.update(desired('a'), a, signal);
    expect((await actual.observe(signal))[0]).toMatchObject({ owned: true, live: { uid: a.live.uid } });
  });
});

describe('the record of an object that others removed', () => {
  it('goes once every list of ten minutes has lacked it, with the next write', async () => {
    const { cluster, clock, actual, applier, inventory } = agentOn();
    await applier.create(desired('a'), signal);
    const [live] = await cluster.listWorkloads({});
    await cluster.removeWorkload('a', live?.uid ?? '');
    await actual.observe(signal);
    const before = cluster.writes();
    await clock.advance(600_000);
    await actual.observe(signal);
    expect(cluster.writes()).toBe(before);
    await applier.create(desired('b'), signal);
    expect(await inventory()).toEqual(['workload:decrypter/b']);
  });

  it('stays while it may come back: for the time of any request, and where a list has shown it', async () => {
    const { cluster, clock, actual, applier, inventory } = agentOn();
    await applier.create(desired('a'), signal);
    const hidden = { ...cluster, listWorkloads: async () => [] };
    const { actual: blind } = createWorkloadResources({
      cluster: hidden,
      agent: 'streams-agent',
      labels,
      clock,
    }).workloads('decrypter');
    await blind.observe(signal);
    await clock.advance(599_999);
    await blind.observe(signal);
    await actual.observe(signal);
    await applier.create(desired('b'), signal);
    expect(await inventory()).toEqual(['workload:decrypter/a', 'workload:decrypter/b']);
  });
});

describe('what a write has left of an object', () => {
  /** An engine whose objects say something of the last write. */
  function keeping() {
    const memory = createMemoryCluster();
    const said: Kept = { schema: 2 };
    const asked: (Kept | undefined)[] = [];
    const cluster: typeof memory = {
      ...memory,
      listWorkloads: async (of) => (await memory.listWorkloads(of)).map((live) => ({ ...live, ...said })),
      createWorkload: async (spec) => ({ ...(await memory.createWorkload(spec)), ...said }),
      updateWorkload: async (spec, uid, kept) => {
        asked.push(kept);
        return { ...(await memory.updateWorkload(spec, uid)), ...said };
      },
      removeWorkload: async (name, uid, kept) => {
        asked.push(kept);
        await memory.removeWorkload(name, uid);
      },
    };
    return { agent: agentOn(cluster), asked, memory };
  }

  it('is recorded with its uid, and told with each write after it, also by another process', async () => {
    const { agent, asked } = keeping();
    await agent.applier.create(desired('a'), signal);
    const { actual, applier } = agent.restarted();
    const [seen] = await actual.observe(signal);
    if (!seen) throw new Error('it is not observed');
    expect(seen.appliedHash).toBe('hash-1');
    await applier.update(desired('a'), seen, signal);
    await applier.remove(seen, signal);
    expect(asked).toMatchObject([{ schema: 2 }, { schema: 2 }]);
  });

  it('is not known of one that nobody has recorded', async () => {
    const { agent, asked, memory } = keeping();
    memory.failNext('createWorkload', new Error('reset'), { lost: true });
    await expect(agent.applier.create(desired('a'), signal)).rejects.toThrow('reset');
    const [seen] = await agent.actual.observe(signal);
    if (!seen) throw new Error('it is not observed');
    await agent.applier.update(desired('a'), seen, signal);
    await agent.applier.update(desired('a'), seen, signal);
    expect(asked).toMatchObject([undefined, { schema: 2 }]);
  });

  it('is believed of an object that a person gives back', async () => {
    const { agent, asked } = keeping();
    await agent.applier.create(desired('a'), signal);
    await agent.cluster.agentState('streams-agent').save('inventory', '{"version":1,"objects":{}}');
    const { actual, applier } = agent.restarted();
    const text = /adopt (\w+)/.exec((await actual.observe(signal))[0]?.advice ?? '')?.[1] ?? '';
    agent.cluster.adopt('streams-agent', text);
    const [seen] = await actual.observe(signal);
    if (!seen) throw new Error('it is not observed');
    await applier.remove(seen, signal);
    expect(asked).toMatchObject([{ schema: 2 }]);
  });
});
