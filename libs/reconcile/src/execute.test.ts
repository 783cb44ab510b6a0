import { describe, expect, it } from '@jest/globals';
import { ForeignObjectError, TerminalError, TransientError } from './errors.ts';
import { createExecutor } from './execute.ts';
import { createRig, told, topic, topics } from './testing/rig.ts';

const minute = 60_000;

describe(createExecutor, () => {
  it('leaves a failing key alone for its backoff, and says until when', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 1));
    world.faults.inject({ at: 'create', error: new Error('down'), times: 1 });
    const failed = await reconciler.runOnce();
    expect(failed.resources[0]).toMatchObject({ outcome: 'failed', message: 'down' });
    expect(failed.resources[0]?.nextAttemptAt).toBe(clock.now() + 750);
    const early = await reconciler.runOnce();
    expect(told(early)).toEqual(['topic/0 skipped BackingOff']);
    expect(early.resources[0]).toMatchObject({
      nextAttemptAt: clock.now() + 750,
      lastAttempt: { outcome: 'failed', reason: 'ApplyFailed', message: 'down' },
    });
    await clock.advance(750);
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 created Created']);
  });

  it('tries a failing key at once when the desired state changes', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set(topics(0, 1));
    world.faults.inject({ at: 'create', error: new TerminalError('no such flavour'), times: 1 });
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 failed Refused']);
    desired.set(topics(0, 1, 'another flavour'));
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 created Created']);
  });

  it('retries a terminal error after 15 min without a change: quotas get fixed', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 1));
    world.faults.inject({
      at: 'create',
      error: new TerminalError('quota', { reason: 'QuotaExceeded' }),
      times: 1,
    });
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 failed QuotaExceeded']);
    await clock.advance(15 * minute - 1);
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 skipped BackingOff']);
    await clock.advance(1);
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 created Created']);
  });

  it('waits as long as the engine asks', async () => {
    const { desired, world, reconciler, clock } = createRig();
    desired.set(topics(0, 1));
    world.faults.inject({ at: 'create', error: new TransientError('slow down', { retryAfterMs: 20_000 }) });
    const report = await reconciler.runOnce();
    expect(report.resources[0]?.nextAttemptAt).toBe(clock.now() + 20_000);
  });

  it('reports a foreign object that the adapter met as a conflict', async () => {
    const { desired, world, reconciler } = createRig();
    desired.set(topics(0, 1));
    world.faults.inject({ at: 'create', error: new ForeignObjectError(topic(0)) });
    const report = await reconciler.runOnce();
    expect(told(report)).toEqual(['topic/0 conflict ForeignObject']);
    expect(report.reason).toBe('ForeignObjects');
  });

  it('recovers a panic of the adapter', async () => {
    const { desired, world, reconciler } = createRig({
      applier: {
        create: () => {
          throw new TypeError('undefined is not a function');
        },
        update: async () => {},
        remove: async () => {},
      },
    });
    desired.set(topics(0, 2));
    const report = await reconciler.runOnce();
    expect(told(report)).toEqual(['topic/0 failed ApplyFailed', 'topic/1 failed ApplyFailed']);
    expect(world.objects()).toEqual([]);
  });

  it('never works on a key whose earlier operation has not come back', async () => {
    const { desired, world, reconciler, clock } = createRig({ settings: { operationMs: 1_000 } });
    desired.set(topics(0, 2));
    world.faults.inject({ at: 'create', key: topic(0), error: 'deaf', times: 1 });
    const first = reconciler.runOnce();
    await clock.advance(1_000);
    expect(told(await first)).toEqual(['topic/0 failed DeadlineExceeded', 'topic/1 created Created']);
    await clock.advance(minute);
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 skipped StillInProgress']);
    world.faults.clear();
    await clock.settle();
    expect(told(await reconciler.runOnce())).toEqual(['topic/0 created Created']);
    expect(world.crowding().sameKeyTwice).toBe(false);
  });

  it('asks before each write whether it may, and stays closed for the rest of the run', async () => {
    let writes = 0;
    const { desired, world, reconciler } = createRig({
      settings: { concurrency: 1 },
      mayWrite: () => ++writes !== 5,
    });
    desired.set(topics(0, 6));
    const report = await reconciler.runOnce();
    const skipped = told(report).filter((line) => line.endsWith('skipped WriteGateClosed'));
    expect(skipped.length).toBe(6 - world.objects().length);
    expect(skipped.length).toBeGreaterThan(1);
  });
});
