import { describe, expect, it } from '@jest/globals';
import { TransientError } from './errors.ts';
import { createRunner } from './runner.ts';
import { createRig, told, topics } from './testing/rig.ts';

describe(createRunner, () => {
  it('tells when it last tried, when it last succeeded, and how often it has failed since', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 1));
    const first = await reconciler.runOnce();
    expect(first).toMatchObject({ consecutiveFailures: 0, lastSuccessAt: clock.now() });
    world.faults.inject({ at: 'observe', error: new Error('down') });
    await clock.advance(60_000);
    await reconciler.runOnce();
    const third = await reconciler.runOnce();
    expect(third).toMatchObject({ consecutiveFailures: 2, startedAt: clock.now() });
    expect(third.lastSuccessAt).toBe(first.finishedAt);
    world.faults.clear();
    expect(await reconciler.runOnce()).toMatchObject({ consecutiveFailures: 0, lastSuccessAt: clock.now() });
  });

  it('tells whether the control plane can be reached, and how often it could not', async () => {
    const { desired, reconciler } = createRig();
    desired.set(topics(0, 1));
    expect((await reconciler.runOnce()).controlPlane).toEqual({ reachable: true, failures: 0 });
    desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE'), times: 2 });
    await reconciler.runOnce();
    const second = await reconciler.runOnce();
    expect(second.controlPlane).toEqual({ reachable: false, failures: 2, message: 'UNAVAILABLE' });
    expect(second.outcome).toBe('degraded');
    expect((await reconciler.runOnce()).controlPlane).toEqual({ reachable: true, failures: 0 });
  });

  it('gives each run an id of its own', async () => {
    const { reconciler } = createRig();
    const [one, other] = [await reconciler.runOnce(), await reconciler.runOnce()];
    expect(one.runId).not.toBe(other.runId);
    expect(one.runId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is not ready before a run was carried through, then stays so', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set(topics(0, 1));
    expect(reconciler.ready()).toBe('no run has ended yet');
    world.faults.inject({ at: 'observe', error: new Error('down'), times: 1 });
    await reconciler.runOnce();
    expect(reconciler.ready()).toBe('ObserveFailed: down');
    await reconciler.runOnce();
    expect(reconciler.ready()).toBe(true);
    world.faults.inject({ at: 'observe', error: new Error('down') });
    await reconciler.runOnce();
    expect(reconciler.ready()).toBe(true);
  });

  it('becomes ready from the kept snapshot, and although a single resource fails', async () => {
    const { desired, world, reconciler, restart } = createRig();
    desired.set(topics(0, 2));
    world.faults.inject({ at: 'create', error: new Error('down') });
    await reconciler.runOnce();
    expect(reconciler.ready()).toBe(true);
    desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE') });
    const again = restart().reconciler;
    await again.runOnce();
    expect(again.ready()).toBe(true);
  });

  it('ends a run at its deadline: what is under way fails, what has not begun waits', async () => {
    const { desired, world, reconciler, clock } = createRig({ settings: { runMs: 5_000, concurrency: 1 } });
    desired.set(topics(0, 3));
    world.faults.inject({ at: 'create', error: 'deaf', times: 1 });
    const report = reconciler.runOnce();
    await clock.advance(5_000);
    expect(told(await report)).toEqual([
      'topic/0 failed DeadlineExceeded',
      'topic/1 skipped RunEnded',
      'topic/2 skipped RunEnded',
    ]);
  });

  it('ends a run with the signal of its caller', async () => {
    const { desired, reconciler } = createRig();
    desired.faults.inject({ at: 'fetch', error: 'hang' });
    const caller = new AbortController();
    const report = reconciler.runOnce(caller.signal);
    caller.abort(new Error('enough'));
    expect(await report).toMatchObject({ outcome: 'failed', reason: 'Interrupted', message: 'enough' });
  });

  it('runs one at a time', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set(topics(0, 5));
    await Promise.all([reconciler.runOnce(), reconciler.runOnce(), reconciler.runOnce()]);
    expect(world.writes()).toHaveLength(5);
    expect(world.crowding().sameKeyTwice).toBe(false);
  });

  it('writes nothing while it may not, and counts that as no failure', async () => {
    const { desired, world, stores, reconciler } = createRig({ mayWrite: () => false });
    desired.set(topics(0, 2));
    const report = await reconciler.runOnce();
    expect(report).toMatchObject({ outcome: 'succeeded', reason: 'WriteGateClosed' });
    expect([world.writes().length, stores.writes()]).toEqual([0, 0]);
  });

  it('reads again what it remembered when it may write again: another has, meanwhile', async () => {
    let writer = true;
    const { desired, world, reconciler, restart } = createRig({ mayWrite: () => writer });
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    writer = false;
    await reconciler.runOnce();
    desired.set(topics(3, 10));
    await restart({ mayWrite: () => true }).reconciler.runOnce();
    writer = true;
    desired.set(topics(6, 10));
    await reconciler.runOnce();
    expect(world.objects()).toHaveLength(7);
  });

  it('survives hooks that throw', async () => {
    const panic = (): never => {
      throw new Error('not here');
    };
    const { desired, world, reconciler } = createRig({
      onReport: panic,
      metrics: { operation: panic, runStarted: panic, runFinished: panic },
    });
    desired.set(topics(0, 1));
    expect((await reconciler.runOnce()).outcome).toBe('succeeded');
    expect(world.objects()).toHaveLength(1);
  });

  it('plans the next run at the interval, earlier for what failed, later if it was asked to wait', async () => {
    const { desired, world, reconciler, clock } = createRig({ settings: { intervalMs: 30_000 } });
    desired.set(topics(0, 1));
    world.faults.inject({ at: 'create', error: new Error('down'), times: 1 });
    expect((await reconciler.runOnce()).nextAttemptAt - clock.now()).toBe(750);
    await clock.advance(750);
    expect((await reconciler.runOnce()).nextAttemptAt - clock.now()).toBeCloseTo(30_000);
    desired.faults.inject({ at: 'fetch', error: new Error('UNAVAILABLE'), times: 3 });
    const delays = [];
    for (let run = 0; run < 3; run++) delays.push((await reconciler.runOnce()).nextAttemptAt - clock.now());
    expect(delays).toEqual([750, 1_500, 3_000]);
  });

  it('leaves alone for as long as it was asked to whoever could not be reached, the control plane or the engine', async () => {
    const { desired, world, reconciler, clock } = createRig({ settings: { intervalMs: 30_000 } });
    const error = new TransientError('slow down', { retryAfterMs: 45_000 });
    const delay = async () => (await reconciler.runOnce()).nextAttemptAt - clock.now();
    world.faults.inject({ at: 'observe', error, times: 1 });
    expect(await delay()).toBe(45_000);
    desired.faults.inject({ at: 'fetch', error, times: 1 });
    expect(await delay()).toBe(45_000);
  });
});
