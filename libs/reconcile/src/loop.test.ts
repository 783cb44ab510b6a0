import { describe, expect, it } from '@jest/globals';
import { createLoop } from './loop.ts';
import type { RunReport } from './report.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { createRig, topic, topics } from './testing/rig.ts';
import type { RigOptions } from './testing/rig.ts';

function startedRig(options: RigOptions = {}) {
  const reports: RunReport[] = [];
  const rig = createRig({
    ...options,
    settings: { intervalMs: 10_000, gapMs: 100, ...options.settings },
    onReport: (report) => reports.push(report),
  });
  rig.desired.set(topics(0, 1));
  rig.reconciler.start();
  return { ...rig, reports };
}

describe(createLoop, () => {
  it('runs at once, then at the interval', async () => {
    const { reconciler, clock, reports } = startedRig();
    await clock.settle();
    expect(reports).toHaveLength(1);
    await clock.advance(9_999);
    expect(reports).toHaveLength(1);
    await clock.advance(10_001);
    expect(reports).toHaveLength(3);
    await reconciler.stop();
  });

  it('spreads the interval', async () => {
    const draws = [0, 1];
    const { reconciler, clock, reports } = startedRig({ random: () => draws.shift() ?? 0.5 });
    await clock.advance(20_000);
    const starts = reports.map(({ startedAt }) => startedAt);
    expect([(starts[1] ?? 0) - (starts[0] ?? 0), (starts[2] ?? 0) - (starts[1] ?? 0)]).toEqual([
      9_000, 11_000,
    ]);
    await reconciler.stop();
  });

  it('starts once, however often it is told to', async () => {
    const { reconciler, clock, reports } = startedRig();
    reconciler.start();
    await clock.settle();
    expect(reports).toHaveLength(1);
    await reconciler.stop();
  });

  it('runs soon when triggered, once for any number of triggers', async () => {
    const { reconciler, clock, reports } = startedRig();
    await clock.advance(1_000);
    for (let times = 0; times < 5; times++) reconciler.trigger();
    await clock.advance(1_000);
    expect(reports).toHaveLength(2);
    await reconciler.stop();
  });

  it('runs once more after a run during which it was triggered', async () => {
    const { reconciler, clock, reports, world } = startedRig({ settings: { operationMs: 1_000 } });
    world.faults.inject({ at: 'create', error: 'hang', times: 1 });
    await clock.advance(500);
    reconciler.trigger();
    reconciler.trigger();
    await clock.advance(500);
    expect(reports).toHaveLength(1);
    await clock.advance(100);
    expect(reports).toHaveLength(2);
    await reconciler.stop();
  });

  it('keeps the gap between runs under a storm of triggers', async () => {
    const { reconciler, clock, reports } = startedRig();
    for (let times = 0; times < 100; times++) {
      reconciler.trigger();
      await clock.advance(10);
    }
    expect(reports.length).toBeLessThanOrEqual(11);
    expect(reports.length).toBeGreaterThanOrEqual(9);
    await reconciler.stop();
  });

  it('comes back for a failing key when its backoff is over', async () => {
    const { reconciler, clock, world } = startedRig();
    world.faults.inject({ at: 'create', error: new Error('down'), times: 2 });
    await clock.advance(750 + 1_500);
    expect(world.objects()).toHaveLength(1);
    await reconciler.stop();
  });

  it('goes on after runs that fail', async () => {
    const { reconciler, clock, world } = startedRig();
    world.faults.inject({ at: 'observe', error: new Error('down') });
    await clock.advance(60_000);
    world.faults.clear();
    await clock.advance(10_000);
    expect(world.objects()).toHaveLength(1);
    await reconciler.stop();
  });

  it('stops between runs without a trace', async () => {
    const { reconciler, clock, reports } = startedRig();
    await clock.settle();
    await reconciler.stop();
    await clock.advance(60_000);
    expect(reports).toHaveLength(1);
    expect(clock.sleepers()).toBe(0);
  });

  it('waits, when stopped, for the write under way and begins no other', async () => {
    const { reconciler, clock, world, desired, reports } = startedRig({ settings: { concurrency: 1 } });
    await clock.settle();
    desired.set(topics(0, 3));
    const hold = world.faults.inject({ at: 'create', key: topic(1), error: 'hang', times: 1 });
    reconciler.trigger();
    await clock.advance(100);
    let stopped = false;
    const stop = reconciler.stop().then(() => {
      stopped = true;
    });
    await clock.settle();
    expect(stopped).toBe(false);
    hold.remove();
    world.faults.clear();
    await stop;
    expect(reports.at(-1)?.resources.map(({ reason }) => reason)).toEqual([
      'AsDesired',
      'ApplyFailed',
      'RunEnded',
    ]);
  });

  it('aborts, when stopped, what does not end in time, deaf or not', async () => {
    const { reconciler, clock, world, reports } = startedRig({ settings: { stopMs: 2_000 } });
    world.faults.inject({ at: 'create', error: 'deaf' });
    await clock.settle();
    const stop = reconciler.stop();
    await clock.advance(2_000);
    await stop;
    expect(reports.at(-1)?.resources.map(({ reason }) => reason)).toEqual(['Interrupted']);
  });

  it('does not wait, when stopped, for reading', async () => {
    const { reconciler, clock, desired, reports } = startedRig();
    await clock.settle();
    desired.faults.inject({ at: 'fetch', error: 'deaf' });
    reconciler.trigger();
    await clock.advance(100);
    await reconciler.stop();
    expect(reports.at(-1)).toMatchObject({ outcome: 'failed', reason: 'Interrupted' });
  });

  it('runs no more once it has been stopped', async () => {
    const { reconciler, world, desired } = startedRig();
    await reconciler.stop();
    reconciler.start();
    desired.set(topics(0, 2));
    expect(await reconciler.runOnce()).toMatchObject({ outcome: 'failed', reason: 'Interrupted' });
    expect(world.ownedKeys()).not.toContain('topic/1');
  });

  it('is live while it moves: asleep, at work, and stopped', async () => {
    const { reconciler, clock } = startedRig();
    for (let minutes = 0; minutes < 10; minutes++) {
      await clock.advance(60_000);
      expect(reconciler.live()).toBe(true);
    }
    await reconciler.stop();
    await clock.advance(3_600_000);
    expect(reconciler.live()).toBe(true);
  });

  it('is not live when a pause does not end', async () => {
    const clock = createFakeClock();
    let jump = 0;
    const { reconciler } = createRig({
      settings: { intervalMs: 10_000, stuckMs: 60_000 },
      clock: { ...clock, monotonic: () => clock.monotonic() + jump },
    });
    reconciler.start();
    await clock.settle();
    jump = 70_000;
    expect(reconciler.live()).toBe(true);
    jump = 75_000;
    expect(reconciler.live()).toBe('the loop should have moved on 65 s ago');
    await reconciler.stop();
  });
});
