import { describe, expect, it } from '@jest/globals';
import { RecentMap } from './recent-map.ts';

describe(RecentMap, () => {
  it('forgets what was not used for longest', () => {
    const map = new RecentMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });

  it('counts what its entries weigh, replaced and deleted ones not', () => {
    const map = new RecentMap<string, string>(10, (text) => text.length);
    map.set('a', 'four');
    map.set('a', 'fives');
    map.set('b', 'fives');
    expect([map.get('a'), map.get('b'), map.weight]).toEqual(['fives', 'fives', 10]);
    map.delete('a');
    map.set('c', 'five!');
    expect([map.get('b'), map.get('c')]).toEqual(['fives', 'five!']);
    map.clear();
    expect([map.get('b'), map.weight]).toEqual([undefined, 0]);
  });

  it('keeps no entry that is heavier than all it may hold', () => {
    const map = new RecentMap<string, string>(3, (text) => text.length);
    map.set('a', 'four');
    expect([map.get('a'), map.weight]).toEqual([undefined, 0]);
  });
});
