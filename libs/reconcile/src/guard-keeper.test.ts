import { describe, expect, it } from '@jest/globals';
import { createGuardKeeper } from './guard-keeper.ts';
import type { DesiredSnapshot } from './types.ts';
import { createRig, told, topic, topics } from './testing/rig.ts';

const hour = 3_600_000;

describe(createGuardKeeper, () => {
  it('withholds an emptied list, goes on creating and updating, and keeps what it had', async () => {
    const { desired, world, stores, reconciler } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set([...topics(9, 10, 'new'), ...topics(20, 21)]);
    const report = await reconciler.runOnce();
    expect(world.objects()).toHaveLength(11);
    expect(report).toMatchObject({ outcome: 'degraded', reason: 'DeletionsWithheld' });
    expect(report.held).toEqual({
      revision: desired.snapshot().revision,
      reason: 'TooManyDeletions',
      count: 9,
    });
    expect((await stores.stored()).snapshot?.items).toHaveLength(11);
  });

  it('repairs, during an outage, what a poisoned answer before it had wanted gone', async () => {
    const { desired, world, reconciler, restart } = createRig();
    desired.set(topics(0, 5));
    await reconciler.runOnce();
    desired.set(topics(0, 1, 'new'));
    await reconciler.runOnce();
    desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
    world.lose(topic(3));
    const report = await restart().reconciler.runOnce();
    expect(told(report)).toEqual(['topic/3 created Created']);
  });

  it('deletes when a person releases exactly that revision', async () => {
    const { desired, world, reconciler, release } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set([]);
    const { held } = await reconciler.runOnce();
    release.release({ epoch: 'epoch-1', number: 1n });
    await reconciler.runOnce();
    expect(world.objects()).toHaveLength(10);
    release.release(held?.revision);
    expect(told(await reconciler.runOnce())[0]).toBe('topic/0 deleted Released');
    expect(world.objects()).toEqual([]);
  });

  it('can be released for a server without revisions, by the content of its answer', async () => {
    const { desired, world, reconciler, release } = createRig({ foreign: true });
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set([]);
    const { held } = await reconciler.runOnce();
    release.release(held?.revision);
    await reconciler.runOnce();
    expect(world.objects()).toEqual([]);
  });

  it('deletes for a server without revisions at the third identical answer', async () => {
    const { desired, world, reconciler } = createRig({ foreign: true });
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set(topics(1, 10));
    for (const living of [10, 10, 9]) {
      await reconciler.runOnce();
      expect(world.objects()).toHaveLength(living);
    }
  });

  it('takes a different answer into account though the world could not be observed then', async () => {
    const { desired, world, reconciler } = createRig({ foreign: true });
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set(topics(1, 10));
    await reconciler.runOnce();
    await reconciler.runOnce();
    desired.set(topics(0, 10));
    world.faults.inject({ at: 'observe', error: new Error('down'), times: 1 });
    await reconciler.runOnce();
    desired.set(topics(1, 10));
    await reconciler.runOnce();
    expect(world.objects()).toHaveLength(10);
  });

  it('holds a list that shrinks one by one at the same limit', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    for (let gone = 1; gone <= 10; gone++) {
      desired.set(topics(gone, 10));
      await reconciler.runOnce();
      await clock.advance(60_000);
    }
    expect(world.objects()).toHaveLength(7);
  });

  it('opens no new allowance by a restart', async () => {
    let rig = createRig();
    rig.desired.set(topics(0, 10));
    for (let gone = 0; gone <= 10; gone++) {
      rig.desired.set(topics(gone, 10));
      await rig.reconciler.runOnce();
      rig = rig.restart();
    }
    expect(rig.world.objects()).toHaveLength(7);
  });

  it('lets more go once the earlier deletions are an hour old', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set(topics(3, 10));
    await reconciler.runOnce();
    await clock.advance(hour);
    desired.set(topics(6, 10));
    await reconciler.runOnce();
    expect(world.objects()).toHaveLength(4);
  });

  it('never releases by time what it once withheld', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set(topics(3, 10));
    await reconciler.runOnce();
    desired.set(topics(4, 10));
    await reconciler.runOnce();
    await clock.advance(30 * hour);
    expect(told(await reconciler.runOnce())).toEqual(['topic/3 withheld TooManyDeletions']);
    expect(world.objects()).toHaveLength(7);
  });

  it('holds the deletions of a restored backup until its revision is released', async () => {
    const { desired, world, reconciler, release } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.restore(topics(1, 11), 'epoch-2');
    const report = await reconciler.runOnce();
    expect(told(report)).toEqual(['topic/0 withheld NewEpoch', 'topic/10 created Created']);
    release.release(desired.snapshot().revision);
    await reconciler.runOnce();
    expect(world.ownedKeys()).not.toContain('topic/0');
    desired.set(topics(2, 11));
    expect(told(await reconciler.runOnce())).toEqual(['topic/1 deleted WithinLimit']);
  });

  it('raises an alarm over an older revision that asks for no deletion', async () => {
    const { desired, reconciler } = createRig();
    desired.set(topics(0, 2));
    const old = desired.snapshot();
    await reconciler.runOnce();
    desired.set(topics(0, 2, 'new'));
    await reconciler.runOnce();
    desired.answerWith(old);
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'degraded', reason: 'OlderRevision' });
  });

  it.each<[string, string, (answer: DesiredSnapshot<string>) => DesiredSnapshot<string>]>([
    ['an older answer', 'OlderRevision', (answer) => answer],
    [
      'an answer that lost its revision',
      'RevisionMissing',
      ({ items }) => ({ items: [...items, ...topics(8, 9)], removed: [] }),
    ],
  ])('changes nothing for %s, and repairs what the one before it asked for', async (_, reason, altered) => {
    const { desired, world, reconciler } = createRig();
    desired.set(topics(0, 3));
    const old = desired.snapshot();
    desired.set([...topics(0, 2, 'changed'), ...topics(2, 3)]);
    await reconciler.runOnce();
    desired.answerWith(altered(old));
    const writes = world.writes().length;
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'degraded', reason });
    expect(world.writes()).toHaveLength(writes);
    world.lose(topic(1));
    expect(told(await reconciler.runOnce())).toEqual(['topic/1 created Created']);
  });

  it('makes what a restored backup has beyond the answer before it, and follows it whole once it is released', async () => {
    const { desired, world, reconciler, release } = createRig();
    desired.set(topics(0, 3));
    const backup = desired.snapshot();
    await reconciler.runOnce();
    desired.set(topics(1, 4, 'changed'), [topic(0)]);
    await reconciler.runOnce();
    desired.answerWith(backup);
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 created Created']);
    release.release(backup.revision);
    await reconciler.runOnce();
    expect(world.objects().map(({ key, live }) => [key.id, live.spec])).toEqual([
      ['0', 'spec'],
      ['1', 'spec'],
      ['2', 'spec'],
    ]);
  });

  it('follows answers without revisions again once a person has released one', async () => {
    const { desired, world, reconciler, release } = createRig();
    desired.set(topics(0, 3));
    await reconciler.runOnce();
    desired.answerWith({ items: topics(1, 3), removed: [] });
    release.release((await reconciler.runOnce()).held?.revision);
    await reconciler.runOnce();
    desired.answerWith({ items: topics(1, 4), removed: [] });
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'succeeded', reason: 'Changed' });
    expect(world.objects()).toHaveLength(3);
  });

  it('remembers over a restart which revision it followed', async () => {
    const { desired, reconciler, restart } = createRig();
    desired.set(topics(1, 10));
    const old = desired.snapshot();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.answerWith(old);
    expect((await restart().reconciler.runOnce()).held).toMatchObject({ reason: 'OlderRevision', count: 1 });
  });

  it('deletes nothing while its record cannot be read', async () => {
    const { desired, stores, reconciler, restart } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set(topics(2, 10), [topic(1)]);
    stores.faults.inject({ at: 'load', error: new Error('api server down'), times: 2 });
    const again = restart().reconciler;
    expect(told(await again.runOnce())).toEqual([
      'topic/0 withheld GuardRecordUnavailable',
      'topic/1 withheld GuardRecordUnavailable',
    ]);
    expect(told(await again.runOnce())).toEqual([
      'topic/0 deleted WithinLimit',
      'topic/1 deleted RemovalRequested',
    ]);
  });

  it('deletes nothing by absence that it cannot write down first', async () => {
    const { desired, stores, world, reconciler } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set(topics(2, 10), [topic(1)]);
    stores.faults.inject({ at: 'save', error: new Error('api server down') });
    await reconciler.runOnce();
    expect(world.ownedKeys()).toContain('topic/0');
    expect(world.ownedKeys()).not.toContain('topic/1');
  });

  it('counts a deletion whose answer was lost', async () => {
    const { desired, world, reconciler, restart } = createRig();
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    world.faults.inject({ at: 'remove', when: 'after', error: new Error('reset'), times: 3 });
    desired.set(topics(3, 10));
    await reconciler.runOnce();
    desired.set(topics(4, 10));
    await restart().reconciler.runOnce();
    expect(world.objects()).toHaveLength(7);
  });
});
