import { describe, expect, it } from '@jest/globals';
import { keepWhere } from './keep-where.ts';

describe(keepWhere, () => {
  it('gives what passes, and the very same list where everything does', () => {
    const numbers = [1, 2];
    expect(keepWhere(numbers, (each) => each > 1)).toEqual([2]);
    expect(keepWhere(numbers, (each) => each > 0)).toBe(numbers);
  });
});
