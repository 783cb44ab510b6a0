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

  it('keeps what was used lately, however much comes by', () => {
    const map = new RecentMap<string, number>(4);
    map.set('kept', 1);
    for (let number = 0; number < 100; number += 1) {
      map.set(`other ${number}`, number);
      expect(map.get('kept')).toBe(1);
    }
    expect(map.get('other 0')).toBeUndefined();
  });

  it('never holds more than it may', () => {
    const map = new RecentMap<number, number>(10);
    for (let key = 0; key < 100; key += 1) map.set(key, key);
    const held = Array.from({ length: 100 }, (_, key) => key).filter((key) => map.get(key) !== undefined);
    expect(held.length).toBeLessThanOrEqual(10);
    expect(held).toContain(99);
  });

  it('counts what its entries weigh, replaced and deleted ones not', () => {
    const map = new RecentMap<string, string>(20, (text) => text.length);
    map.set('a', 'four');
    map.set('a', 'fives');
    map.set('b', 'fives');
    map.delete('b');
    map.set('c', 'five!');
    map.set('d', 'again');
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual(['fives', undefined, 'five!', 'again']);
    map.clear();
    expect(map.get('d')).toBeUndefined();
  });

  it('keeps no entry that is heavier than half of what it may hold', () => {
    const map = new RecentMap<string, string>(8, (text) => text.length);
    map.set('a', 'fives');
    map.set('b', 'four');
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 'four']);
  });
});
