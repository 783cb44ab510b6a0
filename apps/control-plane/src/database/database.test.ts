import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { retryLostRaces } from './database.ts';

const lost = (code = '40001') => Object.assign(new Error('could not serialize access'), { code });

describe(retryLostRaces, () => {
  function start(random: number) {
    const clock = createFakeClock();
    const begun: number[] = [];
    const outcome = retryLostRaces(
      async () => {
        begun.push(clock.monotonic());
        throw lost();
      },
      { clock, random: () => random },
    ).catch((error: unknown) => error);
    return { clock, begun, outcome };
  }

  it.each([
    [0, [5, 10, 20, 40, 80, 160, 160]],
    [0.5, [7.5, 15, 30, 60, 120, 240, 240]],
  ])('tries eight times, with pauses that grow and differ (%p)', async (random, pauses) => {
    const { clock, begun, outcome } = start(random);
    for (const [at, pause] of pauses.entries()) {
      await clock.advance(pause);
      expect(begun).toHaveLength(at + 2);
    }
    expect(await outcome).toEqual(lost());
  });

  it('reports at once what is no lost race', async () => {
    const failing = retryLostRaces(() => Promise.reject(lost('23505')), { clock: createFakeClock() });
    await expect(failing).rejects.toThrow('could not serialize access');
  });
});
