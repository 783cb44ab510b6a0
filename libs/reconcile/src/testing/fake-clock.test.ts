import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from './fake-clock.ts';

describe(createFakeClock, () => {
  it('stands still until it is moved', async () => {
    const clock = createFakeClock(1_000);
    await clock.settle();
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  it('wakes sleepers in the order of their times, each at its own', async () => {
    const clock = createFakeClock();
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonic()]);
    };
    const all = Promise.all([sleeper('late', 30), sleeper('early', 10), sleeper('middle', 20)]);
    await clock.advance(30);
    await all;
    expect(woken).toEqual([
      ['early', 10],
      ['middle', 20],
      ['late', 30],
    ]);
  });

  it('wakes a sleep that began during the advance, as real time would', async () => {
    const clock = createFakeClock();
    const ticks: number[] = [];
    const stop = new AbortController();
    const loop = (async () => {
      for (;;) {
        await clock.sleep(10, stop.signal);
        ticks.push(clock.monotonic());
      }
    })();
    await clock.advance(35);
    stop.abort(new Error('enough'));
    await expect(loop).rejects.toThrow('enough');
    expect(ticks).toEqual([10, 20, 30]);
  });

  it('leaves a sleeper asleep before its time', async () => {
    const clock = createFakeClock();
    let awake = false;
    void clock.sleep(10).then(() => {
      awake = true;
    });
    await clock.advance(9);
    expect(awake).toBe(false);
    await clock.advance(1);
    expect(awake).toBe(true);
  });

  it('rejects a sleep with the reason of its signal, and forgets it', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const sleep = clock.sleep(10, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(sleep).rejects.toThrow('stopped');
    await expect(clock.sleep(10, stop.signal)).rejects.toThrow('stopped');
    expect(clock.sleepers()).toBe(0);
  });

  it('jumps the wall time without moving intervals', () => {
    const clock = createFakeClock(1_000);
    clock.jumpWallTime(-600);
    expect([clock.now(), clock.monotonic()]).toEqual([400, 0]);
  });
});
