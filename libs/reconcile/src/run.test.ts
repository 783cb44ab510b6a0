import { describe, expect, it } from '@jest/globals';
import { run } from './run.ts';
import { createRig, told, topic, topics } from './testing/rig.ts';

describe(run, () => {
  it('makes the world what it should be, and then writes nothing more', async () => {
    const { desired, world, stores, reconciler, restart } = createRig();
    desired.set(topics(0, 5));
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Changed' });
    const [writes, stored] = [world.writes().length, stores.writes()];
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Converged' });
    expect(await restart().reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Converged' });
    expect([world.writes().length, stores.writes()]).toEqual([writes, stored]);
  });

  describe('when the fetch fails', () => {
    it('changes nothing where no snapshot was kept', async () => {
      const { desired, world, reconciler } = createRig();
      world.plantForeign(topic(9), 'not ours');
      desired.set(topics(0, 1));
      desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
      const report = await reconciler.runOnce();
      expect(report).toMatchObject({ outcome: 'failed', reason: 'FetchFailed', message: 'UNAVAILABLE' });
      expect(world.writes()).toEqual([]);
    });

    it('repairs drift from the kept snapshot, also after a restart', async () => {
      const { desired, world, reconciler, restart } = createRig();
      desired.set(topics(0, 3));
      await reconciler.runOnce();
      desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
      world.edit(topic(0));
      world.lose(topic(1));
      const report = await restart().reconciler.runOnce();
      expect(told(report)).toEqual(['topic/0 configured Drifted', 'topic/1 created Created']);
      expect(report).toMatchObject({
        outcome: 'degraded',
        reason: 'ControlPlaneUnreachable',
        source: 'cache',
      });
    });

    it('deletes nothing by absence', async () => {
      const { desired, world, reconciler, stores } = createRig();
      desired.set(topics(0, 20));
      await reconciler.runOnce();
      await stores.snapshots.save({ items: topics(1, 20), removed: [] }, new AbortController().signal);
      desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
      expect(told(await reconciler.runOnce())).toEqual(['topic/0 withheld ControlPlaneUnreachable']);
      expect(world.objects()).toHaveLength(20);
    });

    it('goes on with a removal that a user had asked for', async () => {
      const { desired, world, reconciler, clock } = createRig();
      desired.set(topics(0, 2));
      await reconciler.runOnce();
      desired.set(topics(1, 2), [topic(0)]);
      world.faults.inject({ at: 'remove', error: new Error('broker down'), times: 1 });
      await reconciler.runOnce();
      desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
      await clock.advance(750);
      expect(told(await reconciler.runOnce())).toEqual(['topic/0 deleted RemovalRequested']);
    });

    it('reads what is kept now, which another process may have written', async () => {
      const { desired, world, reconciler, restart } = createRig();
      desired.set(topics(0, 3));
      await reconciler.runOnce();
      desired.set(topics(0, 4));
      await restart().reconciler.runOnce();
      desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
      expect(told(await reconciler.runOnce())).toEqual([]);
      expect(world.objects()).toHaveLength(4);
    });

    it('changes nothing where the kept snapshot cannot be read either', async () => {
      const { desired, world, reconciler, stores } = createRig();
      desired.set(topics(0, 3));
      await reconciler.runOnce();
      world.lose(topic(1));
      desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
      stores.faults.inject({ at: 'load', error: new Error('api server down') });
      const report = await reconciler.runOnce();
      expect(report).toMatchObject({ outcome: 'failed', reason: 'FetchFailed' });
      expect(report.warnings.map(({ reason }) => reason)).toContain('SnapshotUnreadable');
      expect(world.objects()).toHaveLength(2);
    });

    it('takes an answer that names a key twice for no answer', async () => {
      const { desired, world, reconciler } = createRig();
      desired.set([...topics(0, 2), ...topics(1, 3)]);
      const report = await reconciler.runOnce();
      expect(report).toMatchObject({ outcome: 'failed', reason: 'FetchFailed' });
      expect(report.message).toContain('stands twice');
      expect(world.writes()).toEqual([]);
    });

    it('gives up a fetch that hangs', async () => {
      const { desired, reconciler, clock } = createRig({ settings: { fetchMs: 1_000 } });
      desired.faults.inject({ at: 'fetch', error: 'deaf' });
      const report = reconciler.runOnce();
      await clock.advance(1_000);
      expect(await report).toMatchObject({
        reason: 'FetchFailed',
        message: 'fetch took longer than 1000 ms',
      });
    });
  });

  it.each([
    ['fails', new Error('Forbidden')],
    ['hangs', 'hang' as const],
  ])('changes and keeps nothing when the observation %s', async (_case, error) => {
    const { desired, world, stores, reconciler, clock } = createRig({ settings: { observeMs: 1_000 } });
    desired.set(topics(0, 3));
    world.faults.inject({ at: 'observe', error });
    const report = reconciler.runOnce();
    await clock.advance(1_000);
    expect(await report).toMatchObject({ outcome: 'failed', reason: 'ObserveFailed' });
    expect([world.writes().length, stores.writes()]).toEqual([0, 0]);
  });

  it('fails, and changes nothing, when the observation names a key twice', async () => {
    const observed = { key: topic(0), owned: true, live: { uid: 'u', spec: '', edited: false } };
    const { desired, world, reconciler } = createRig({
      actual: { observe: async () => [observed, observed] },
    });
    desired.set(topics(0, 3));
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'failed', reason: 'ObserveFailed' });
    expect(world.writes()).toEqual([]);
  });

  it('goes on without keeping the snapshot where it cannot be written, and says so', async () => {
    const { desired, world, stores, reconciler } = createRig();
    stores.faults.inject({ at: 'save', error: new Error('too large') });
    desired.set(topics(0, 3));
    const report = await reconciler.runOnce();
    expect(world.objects()).toHaveLength(3);
    expect(report.warnings.map(({ reason }) => reason)).toEqual(['GuardRecordNotSaved', 'SnapshotNotSaved']);
  });

  it('fails, and goes on living, when a drift check panics', async () => {
    let broken = true;
    const { desired, reconciler } = createRig({
      drift: () => {
        if (broken) throw new TypeError('no such property');
        return undefined;
      },
    });
    desired.set(topics(0, 1));
    await reconciler.runOnce();
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'failed', reason: 'UnexpectedError' });
    broken = false;
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded' });
  });

  it('reports an item that cannot be used, keeps what lives under it, and works on the others', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set(topics(0, 3));
    await reconciler.runOnce();
    const rejected = [topic(0), topic(7)].map((key) => ({ key, message: 'name: not a name' }));
    desired.answerWith({ ...desired.snapshot(), digest: 'other', items: topics(1, 4), rejected });
    const report = await reconciler.runOnce();
    expect(told(report)).toEqual([
      'topic/0 failed ItemRejected',
      'topic/3 created Created',
      'topic/7 failed ItemRejected',
    ]);
    expect(world.ownedKeys()).toContain('topic/0');
  });
});
