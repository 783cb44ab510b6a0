import { describe, expect, it } from '@jest/globals';
import { createStableList, hasSameItems } from './same-items.ts';

const [a, b] = [{ is: 'a' }, { is: 'b' }];

describe(hasSameItems, () => {
  it('asks for the same objects in the same order, and no others', () => {
    expect(hasSameItems([a, b], [a, b])).toBe(true);
    for (const other of [[a], [b, a], [a, b, b], [a, { ...b }]])
      expect(hasSameItems([a, b], other)).toBe(false);
  });
});

describe(createStableList, () => {
  it('gives the same list until an item is another', () => {
    const stable = createStableList<object>();
    const first = stable([a, b]);
    expect(first).toEqual([a, b]);
    expect(stable([a, b])).toBe(first);
    expect(stable([a, { ...b }])).not.toBe(first);
    expect(stable([a])).toEqual([a]);
  });
});
