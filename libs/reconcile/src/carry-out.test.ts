import { describe, expect, it } from '@jest/globals';
import { carryOut } from './carry-out.ts';
import { TransientError } from './errors.ts';
import { createRig, decrypter, rigKinds, told, topic, topics } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { toDesired } from './testing/memory-desired.ts';
import type { Batch } from './types.ts';

const pairs = [1, 2].flatMap((id) => [toDesired(decrypter(id), 'spec'), toDesired(topic(id), 'spec')]);

describe(carryOut, () => {
  it('creates in the order of kinds and deletes in the reverse', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set(pairs);
    await reconciler.runOnce();
    desired.set([], [topic(1), topic(2), decrypter(1), decrypter(2)]);
    await reconciler.runOnce();
    expect(world.writes().map(({ operation, key }) => `${operation} ${key.kind}`)).toEqual([
      'create topic',
      'create topic',
      'create decrypter',
      'create decrypter',
      'remove decrypter',
      'remove decrypter',
      'remove topic',
      'remove topic',
    ]);
  });

  it('goes on past a key that fails, in its kind and in later kinds', async () => {
    const { desired, world, reconciler } = createRig();
    world.faults.inject({ at: 'create', key: topic(1), error: new Error('broker down') });
    desired.set(pairs);
    const report = await reconciler.runOnce();
    expect(world.ownedKeys()).toEqual(['decrypter/1', 'decrypter/2', 'topic/2']);
    expect(told(report)[0]).toBe('topic/1 failed ApplyFailed');
    expect(report).toMatchObject({ outcome: 'degraded', reason: 'ResourcesFailing' });
  });

  it('never has more under way than it may', async () => {
    const { desired, world, reconciler } = createRig({ settings: { concurrency: 3 } });
    desired.set(topics(0, 20));
    await reconciler.runOnce();
    expect(world.objects()).toHaveLength(20);
    expect(world.crowding()).toEqual({ most: 3, sameKeyTwice: false });
  });

  it('deletes nothing of an earlier kind while a planned deletion of a later kind has not come through', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(pairs);
    await reconciler.runOnce();
    world.faults.inject({ at: 'remove', key: decrypter(1), error: new Error('stuck'), times: 1 });
    desired.set([], [topic(1), topic(2), decrypter(1), decrypter(2)]);
    const report = await reconciler.runOnce();
    expect(world.ownedKeys()).toEqual(['decrypter/1', 'topic/1', 'topic/2']);
    expect(told(report)).toContain('topic/1 skipped DependentsRemain');
    await clock.advance(750);
    await reconciler.runOnce();
    expect(world.ownedKeys()).toEqual([]);
  });

  it('waits for the dependents alone where the adapter knows them', async () => {
    const { desired, world, reconciler } = createRig({
      dependsOn: ({ key }) => (key.kind === 'decrypter' ? [topic(key.id)] : []),
    });
    desired.set(pairs);
    await reconciler.runOnce();
    world.faults.inject({ at: 'remove', key: decrypter(1), error: new Error('stuck') });
    desired.set([], [topic(1), topic(2), decrypter(1), decrypter(2)]);
    await reconciler.runOnce();
    expect(world.ownedKeys()).toEqual(['decrypter/1', 'topic/1']);
  });

  it('keeps what something still needs that stays', async () => {
    const { desired, world, reconciler } = createRig({
      dependsOn: ({ key }) => (key.kind === 'decrypter' ? [topic(key.id)] : []),
    });
    desired.set(pairs);
    await reconciler.runOnce();
    desired.set(pairs.slice(0, 1), [topic(1), topic(2), decrypter(2)]);
    const report = await reconciler.runOnce();
    expect(world.ownedKeys()).toEqual(['decrypter/1', 'topic/1']);
    expect(told(report)).toContain('topic/1 skipped DependentsRemain');
  });

  describe('an update of what works on something whose deletion is withheld', () => {
    const all = [...topics(0, 8), toDesired(decrypter('d'), 'derives 0 to 7')];
    const specOf = (world: Rig['world']) =>
      world.objects().find(({ key }) => key.kind === 'decrypter')?.live.spec;
    /** Half of it, and the decrypter that is made of this half. */
    const half = [...topics(0, 4), toDesired(decrypter('d'), 'derives 0 to 3')];

    it('waits with it, in an outage too, until a person releases both', async () => {
      const { desired, world, reconciler, release } = createRig({
        dependsOn: ({ key }) => (key.kind === 'decrypter' ? topics(0, 8).map(({ key }) => key) : []),
      });
      desired.set(all);
      await reconciler.runOnce();
      desired.set(half);
      const report = await reconciler.runOnce();
      expect(told(report)).toEqual([
        ...[4, 5, 6, 7].map((id) => `topic/${id} withheld TooManyDeletions`),
        'decrypter/d withheld TooManyDeletions',
      ]);
      desired.faults.inject({ at: 'fetch', error: new Error('away'), times: 1 });
      expect((await reconciler.runOnce()).reason).toBe('ControlPlaneUnreachable');
      expect(specOf(world)).toBe('derives 0 to 7');
      release.release(report.held?.revision);
      await reconciler.runOnce();
      expect(specOf(world)).toBe('derives 0 to 3');
    });

    it('does not wait where a user asked for the deletion by name', async () => {
      const { desired, world, reconciler } = createRig({
        dependsOn: ({ key }) => (key.kind === 'decrypter' ? topics(0, 8).map(({ key }) => key) : []),
      });
      desired.set(all);
      await reconciler.runOnce();
      desired.set(half, [topic(4), topic(5), topic(6), topic(7)]);
      await reconciler.runOnce();
      expect(specOf(world)).toBe('derives 0 to 3');
    });
  });

  it('tells what became of each resource, in the order of kinds', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set([...topics(0, 3), toDesired(decrypter(0), 'spec')]);
    await reconciler.runOnce();
    world.edit(topic(1));
    world.plantForeign(topic(5), 'not ours');
    world.faults.inject({
      at: 'create',
      key: topic(6),
      error: new TransientError('busy', { reason: 'Busy' }),
    });
    desired.set([...topics(1, 2), ...topics(2, 3, 'new'), ...topics(4, 7), toDesired(decrypter(0), 'spec')]);
    const report = await reconciler.runOnce();
    expect(
      report.resources.map(({ key, outcome, reason }) => `${key.kind}/${key.id} ${outcome} ${reason}`),
    ).toEqual([
      'topic/0 deleted WithinLimit',
      'topic/1 configured Drifted',
      'topic/2 configured DesiredStateChanged',
      'topic/4 created Created',
      'topic/5 conflict ForeignObject',
      'topic/6 failed Busy',
      'decrypter/0 unchanged AsDesired',
    ]);
    expect(report.resources[1]?.message).toBe('the object was edited');
  });

  it('works through kinds that nobody ranked, after those that are', async () => {
    const { desired, world, reconciler } = createRig({ kinds: [...rigKinds] });
    desired.set([toDesired({ kind: 'secret', id: '1' }, 'spec'), toDesired(decrypter(1), 'spec')]);
    await reconciler.runOnce();
    expect(world.writes().map(({ key }) => key.kind)).toEqual(['decrypter', 'secret']);
  });

  describe('where the applier has batches', () => {
    function onBatches(begin: () => Promise<void> = async () => {}) {
      const steps: string[] = [];
      const rig = createRig();
      const { world } = rig;
      const batch: Batch<string> = {
        begin: async (creating) => {
          await begin();
          steps.push(`begin ${creating.map(({ key }) => key.id).join(' ')}`);
        },
        end: async () => void steps.push(`end, of ${world.writes().length} writes`),
      };
      return { ...rig, ...rig.restart({ applier: { ...world.applier, batch } }), steps };
    }

    it('stands one around the changes of each kind, and names what is about to be created', async () => {
      const { desired, reconciler, steps } = onBatches();
      desired.set(pairs);
      await reconciler.runOnce();
      await reconciler.runOnce();
      expect(steps).toEqual(['begin 1 2', 'end, of 2 writes', 'begin 1 2', 'end, of 4 writes']);
    });

    it('names nothing that is not tried now, and needs none for a single change', async () => {
      const { desired, world, reconciler, steps } = onBatches();
      world.faults.inject({ at: 'create', key: topic(1), error: new Error('down') });
      desired.set(topics(0, 3));
      await reconciler.runOnce();
      desired.set(topics(0, 5));
      await reconciler.runOnce();
      desired.set(topics(0, 6));
      await reconciler.runOnce();
      expect(steps.filter((step) => step.startsWith('begin'))).toEqual(['begin 0 1 2', 'begin 3 4']);
    });

    it('makes the changes also where none can begin', async () => {
      const { desired, world, reconciler } = onBatches(() => Promise.reject(new Error('away')));
      desired.set(pairs);
      expect((await reconciler.runOnce()).outcome).toBe('succeeded');
      expect(world.objects()).toHaveLength(4);
    });
  });
});
