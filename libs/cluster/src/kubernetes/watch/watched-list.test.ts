import { beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { createWatchedList } from './watched-list.ts';
import type { WatchedList } from './watched-list.ts';

let clock: FakeClock;
let mark: string | undefined;
let changedAt: string | undefined;
/** The version of the server's answer. */
let version: string | undefined;
/** What happens between the question and the answer. */
let meanwhile: () => void;
let list: WatchedList<number>;
beforeEach(() => {
  clock = createFakeClock();
  [mark, changedAt, version] = ['0', '5', '7'];
  meanwhile = () => {};
  let reads = 0;
  list = createWatchedList({
    clock,
    view: { mark: () => mark, version: () => changedAt },
    read: async () => {
      reads += 1;
      meanwhile();
      return { value: reads, version };
    },
  });
});

describe(createWatchedList, () => {
  it('asks no second time while the watch tells of nothing', async () => {
    expect([await list('watched'), await list('watched')]).toEqual([1, 1]);
  });

  it('asks whenever it is to be of now', async () => {
    expect([await list('watched'), await list('now'), await list('watched')]).toEqual([1, 2, 2]);
  });

  it('asks again after a change', async () => {
    await list('watched');
    mark = '1';
    expect(await list('watched')).toBe(2);
  });

  it('asks again where something changed while it was asking', async () => {
    meanwhile = () => {
      mark = '1';
      meanwhile = () => {};
    };
    expect([await list('watched'), await list('watched'), await list('watched')]).toEqual([1, 2, 2]);
  });

  it.each([
    ['was not open before', undefined, '0'],
    ['is not open any more', '0', undefined],
  ])('asks again where the watch %s', async (_title, before, after) => {
    mark = before;
    await list('watched');
    mark = after;
    expect(await list('watched')).toBe(2);
  });

  it.each(['4', undefined, 'a'])('does not keep a list of before the last change: version %s', async (of) => {
    version = of;
    expect([await list('watched'), await list('watched')]).toEqual([1, 2]);
  });

  it('compares versions as numbers', async () => {
    [version, changedAt] = ['10', '9'];
    expect([await list('watched'), await list('watched')]).toEqual([1, 1]);
  });

  it('asks again after five minutes, whatever the watch says', async () => {
    await list('watched');
    await clock.advance(5 * 60_000 - 1);
    expect(await list('watched')).toBe(1);
    await clock.advance(1);
    expect(await list('watched')).toBe(2);
  });

  it('keeps nothing of a question that failed', async () => {
    await list('watched');
    meanwhile = () => {
      throw new Error('away');
    };
    await expect(list('now')).rejects.toThrow('away');
    mark = '1';
    await expect(list('watched')).rejects.toThrow('away');
  });
});
