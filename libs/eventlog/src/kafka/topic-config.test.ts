import { describe, expect, it } from '@jest/globals';
import { minInsyncConfig } from './topic-config.ts';

describe(minInsyncConfig, () => {
  it.each([
    [undefined, undefined, undefined],
    [1, undefined, undefined],
    [2, undefined, undefined],
    [3, undefined, '2'],
    [5, undefined, '2'],
    [5, 3, '3'],
    [undefined, 1, '1'],
  ])('of %s replicas, told %s: %s', (replicas, told, expected) => {
    const written = expected === undefined ? [] : [{ name: 'min.insync.replicas', value: expected }];
    expect(minInsyncConfig(replicas, told)).toEqual(written);
  });
});
