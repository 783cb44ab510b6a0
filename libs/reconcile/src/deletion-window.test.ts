import { describe, expect, it } from '@jest/globals';
import { createDeletionWindow } from './deletion-window.ts';
import { createFakeClock } from './testing/fake-clock.ts';

const hour = 3_600_000;
const key = { kind: 'topic', id: '1' };

describe(createDeletionWindow, () => {
  it('forgets a deletion after the window, and not before', async () => {
    const clock = createFakeClock();
    const window = createDeletionWindow(clock, hour);
    window.begin([key]);
    await clock.advance(hour - 1);
    window.prune();
    expect(window.recent()).toEqual([key]);
    await clock.advance(1);
    window.prune();
    expect(window.recent()).toEqual([]);
  });

  it('counts a repeated deletion once, from its last time', async () => {
    const clock = createFakeClock();
    const window = createDeletionWindow(clock, hour);
    window.begin([key]);
    await clock.advance(hour / 2);
    window.begin([key]);
    await clock.advance(hour / 2);
    window.prune();
    expect(window.toRecord()).toEqual([{ key, at: clock.now() - hour / 2 }]);
  });

  it.each([2 * hour, -2 * hour])('takes no notice of a wall clock that jumps by %i ms', (jump) => {
    const clock = createFakeClock();
    const window = createDeletionWindow(clock, hour);
    window.begin([key]);
    clock.jumpWallTime(jump);
    window.prune();
    expect(window.recent()).toEqual([key]);
  });

  it('goes on over a restart where it was', async () => {
    const clock = createFakeClock();
    const before = createDeletionWindow(clock, hour);
    before.begin([key]);
    await clock.advance(hour / 2);
    const after = createDeletionWindow(clock, hour);
    after.restore(before.toRecord());
    await clock.advance(hour / 2 - 1);
    after.prune();
    expect(after.recent()).toEqual([key]);
    await clock.advance(1);
    after.prune();
    expect(after.recent()).toEqual([]);
  });

  it('takes a deletion from the future for one of this moment', () => {
    const clock = createFakeClock();
    const window = createDeletionWindow(clock, hour);
    window.restore([{ key, at: clock.now() + 24 * hour }]);
    window.prune();
    expect(window.recent()).toEqual([key]);
  });
});
