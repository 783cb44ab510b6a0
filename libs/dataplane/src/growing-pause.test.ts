import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { createGrowingPause } from './growing-pause.ts';

describe(createGrowingPause, () => {
  it('waits twice as long each time, a minute at most, and a second again once something went on', async () => {
    const clock = createFakeClock();
    const pause = createGrowingPause(clock);
    const { signal } = new AbortController();
    const next = async (): Promise<number> => {
      const start = clock.monotonic();
      const ended = { at: 0 };
      const waiting = pause.wait(signal).then((passed) => {
        if (passed) ended.at = clock.monotonic();
      });
      while (ended.at === 0) await clock.advance(500);
      await waiting;
      return ended.at - start;
    };
    const waits: number[] = [];
    for (let count = 0; count < 8; count += 1) waits.push(await next());
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    pause.reset();
    await expect(next()).resolves.toBe(1_000);
  });

  it('ends with the signal', async () => {
    const stopping = new AbortController();
    const waiting = createGrowingPause(createFakeClock()).wait(stopping.signal);
    stopping.abort();
    await expect(waiting).resolves.toBe(false);
  });
});
