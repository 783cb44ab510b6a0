import { describe, expect, it } from '@jest/globals';
import { findDifference, toText } from './find-difference.ts';

describe(findDifference, () => {
  it.each([
    ['defaults of the API server', { a: 1, b: 2 }, { a: 1 }],
    ['what the API server leaves out as empty', {}, { env: [], resources: {}, deep: { deeper: {} } }],
    [
      'elements of others in a list by name',
      {
        env: [
          { name: 'X', value: '1' },
          { name: 'A', value: '1' },
        ],
      },
      { env: [{ name: 'A', value: '1' }] },
    ],
    [
      'amounts that are written differently',
      { limits: { cpu: '1', memory: '1Gi' } },
      { limits: { cpu: '1000m', memory: '1024Mi' } },
    ],
    ['a size that is written differently', { sizeLimit: '1Gi' }, { sizeLimit: '1024Mi' }],
    [
      'defaults within elements',
      { volumes: [{ name: 'c', configMap: { name: 'x', defaultMode: 420 } }] },
      { volumes: [{ name: 'c', configMap: { name: 'x' } }] },
    ],
    [
      'zero values that are left out',
      { env: [{ name: 'A' }] },
      { env: [{ name: 'A', value: '' }], readOnly: false },
    ],
  ])('lets pass %s', (_title, live, applied) => {
    expect(findDifference(live, applied)).toBeUndefined();
  });

  it.each([
    ['another value', { replicas: 3 }, { replicas: 1 }, 'replicas'],
    ['a missing value', {}, { replicas: 1 }, 'replicas'],
    ['a missing element', { env: [] }, { env: [{ name: 'A', value: '1' }] }, 'env[A]'],
    [
      'another value in an element',
      { env: [{ name: 'A', value: '2' }] },
      { env: [{ name: 'A', value: '1' }] },
      'env[A].value',
    ],
    ['one more element in a list that is ours as a whole', { drop: ['ALL', 'X'] }, { drop: ['ALL'] }, 'drop'],
    ['another element of such a list', { drop: ['X'] }, { drop: ['ALL'] }, 'drop[0]'],
    ['another amount', { limits: { cpu: '2' } }, { limits: { cpu: '1000m' } }, 'limits.cpu'],
    ['equal amounts where texts are no amounts', { value: '1' }, { value: '1000m' }, 'value'],
    ['another kind of value', { spec: 'x' }, { spec: { a: 1 } }, 'spec'],
    ['what is missing deep down', { a: { b: {} } }, { a: { b: { c: 1 } } }, 'a.b.c'],
  ])('sees %s, and says where', (_title, live, applied, where) => {
    expect(toText(findDifference(live, applied) ?? [])).toBe(where);
  });
});
