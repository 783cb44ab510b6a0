import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { refuseContent } from './guardrails.ts';
import { keepWithin } from './keep-within.ts';

const file = join(scratchDir(), 'guardrails.json');
/** In one step: half a file would be one that cannot be read. */
const allow = (keyExport: boolean): void => {
  writeFileSync(`${file}.new`, JSON.stringify({ purposes: 'any', destinations: 'any', keyExport }));
  renameSync(`${file}.new`, file);
};

/** Work that goes on until it is told to stop, as all workers do. */
function setUp(signal = new AbortController().signal) {
  const clock = createFakeClock();
  const world = { runs: false };
  const done = keepWithin(
    { file, refuse: (guardrails) => refuseContent(guardrails, 'keys'), clock, everyMs: 1_000 },
    async (within) => {
      world.runs = true;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      within.addEventListener('abort', () => {
        resolve(undefined);
      });
      await promise;
      world.runs = false;
    },
    signal,
  );
  done.catch(() => {});
  return { clock, world, done };
}

describe(keepWithin, () => {
  it('begins nothing that is beyond the guardrails', async () => {
    allow(false);
    const { done, world } = setUp();
    await expect(done).rejects.toThrow('keys may not be exported');
    expect(world.runs).toBe(false);
  });

  it.each<[string, () => void, string]>([
    [
      'no longer allow it',
      () => {
        allow(false);
      },
      'BeyondGuardrailsError',
    ],
    [
      'cannot be read any more',
      () => {
        rmSync(file);
      },
      'GuardrailsUnreadableError',
    ],
  ])('ends work under way when the guardrails %s', async (_case, change, name) => {
    allow(true);
    const { clock, world, done } = setUp();
    await eventually('it works', () => world.runs && clock.sleepers() === 1);
    await clock.advance(5_000);
    expect(world.runs).toBe(true);
    change();
    await eventually('it has ended', async () => {
      await clock.advance(1_000);
      return !world.runs;
    });
    await expect(done).rejects.toMatchObject({ name });
  });

  it('ends without an error when it is asked to', async () => {
    allow(true);
    const stopping = new AbortController();
    const { clock, world, done } = setUp(stopping.signal);
    await eventually('it works', () => world.runs);
    stopping.abort();
    await expect(done).resolves.toBeUndefined();
    expect(clock.sleepers()).toBe(0);
  });
});
