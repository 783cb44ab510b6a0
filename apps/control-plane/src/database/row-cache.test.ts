import { describe, expect, it } from '@jest/globals';
import { createChangeSource } from './change-feed.ts';
import { createRowCache } from './row-cache.ts';

function setUp({ isLive = true, capacity = 10 } = {}) {
  const changes = createChangeSource();
  if (isLive) changes.setLive(true);
  let [reads, truth] = [0, 1];
  const cache = createRowCache<number>({
    changes,
    capacity,
    touches: ({ table, id }) => (table === 'rows' ? [id] : table === 'others' ? 'all' : []),
  });
  const read = async () => {
    reads += 1;
    return truth;
  };
  return {
    changes,
    cache,
    get: (key = 'a') => cache.get(key, read),
    reads: () => reads,
    /** Another process changes the row; word of it may come or not. */
    change: (...told: readonly string[]) => {
      truth += 1;
      for (const row of told) changes.tell(row);
    },
  };
}

describe(createRowCache, () => {
  it('reads once for as long as nothing changes', async () => {
    const { get, reads } = setUp();
    expect([await get(), await get(), await get('b')]).toEqual([1, 1, 1]);
    expect(reads()).toBe(2);
  });

  it.each(['rows/a', 'others/x'])('reads again once %s has changed', async (row) => {
    const { get, change } = setUp();
    await get();
    change(row);
    expect(await get()).toBe(2);
  });

  it('does not mind changes of other rows', async () => {
    const { get, change, reads } = setUp();
    await get();
    change('rows/b', 'unrelated/a', 'rows/a/b');
    await get();
    expect(reads()).toBe(1);
  });

  it('remembers nothing while changes are not heard of', async () => {
    const { get, reads } = setUp({ isLive: false });
    await get();
    await get();
    expect(reads()).toBe(2);
  });

  it.each([
    ['when changes begin to be missed', [false]],
    ['after changes were missed', [false, true]],
  ])('forgets everything %s', async (_, states) => {
    const { get, change, changes } = setUp();
    await get();
    change();
    for (const live of states) changes.setLive(live);
    expect(await get()).toBe(2);
  });

  it.each([
    [
      'the row changes',
      (changes: ReturnType<typeof createChangeSource>) => {
        changes.tell('rows/a');
      },
    ],
    [
      'changes are missed',
      (changes: ReturnType<typeof createChangeSource>) => {
        changes.setLive(true);
      },
    ],
  ])('does not remember what was read while %s', async (_, happen) => {
    const { cache, changes, get } = setUp();
    const old = cache.get('a', async () => {
      happen(changes);
      return 0;
    });
    expect(await old).toBe(0);
    expect(await get()).toBe(1);
  });

  it('holds no more than it may', async () => {
    const { get, reads } = setUp({ capacity: 2 });
    for (const key of ['a', 'b', 'c', 'c', 'a']) await get(key);
    expect(reads()).toBe(4);
  });
});
