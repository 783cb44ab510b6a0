import { describe, expect, it } from '@jest/globals';
import { indexOfName } from './name-index.ts';

const named = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `n${index}` }));

describe(indexOfName, () => {
  it.each([1, 16, 17, 1_000])('finds each of %i names where it stands, and no other', (count) => {
    const items = named(count);
    const find = (name: string) => indexOfName(items, name, (item) => item.name);
    expect(items.map(({ name }) => find(name))).toEqual(items.map((_, index) => index));
    expect([find(`n${count}`), find('constructor'), find('')]).toEqual([-1, -1, -1]);
  });
});
