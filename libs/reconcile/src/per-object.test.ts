import { describe, expect, it } from '@jest/globals';
import { perObject } from './per-object.ts';

describe(perObject, () => {
  it('computes once for an object, and anew for an equal one', () => {
    const seen: unknown[] = [];
    const lengthOf = perObject((list: readonly number[]) => {
      seen.push(list);
      return list.length === 0 ? undefined : list.length;
    });
    const [list, empty]: [readonly number[], readonly number[]] = [[1], []];
    expect([lengthOf(list), lengthOf(list), lengthOf([1]), lengthOf(empty), lengthOf(empty)]).toEqual([
      1,
      1,
      1,
      undefined,
      undefined,
    ]);
    expect(seen).toHaveLength(3);
  });
});
