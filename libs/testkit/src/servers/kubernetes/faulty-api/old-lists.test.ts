import { describe, expect, it } from '@jest/globals';
import { createOldLists } from './old-lists.ts';

const list = (version: number, rest = {}): Buffer =>
  Buffer.from(JSON.stringify({ metadata: { resourceVersion: `${version}`, ...rest }, items: [] }));

describe(createOldLists, () => {
  it('gives the answer of so many lists ago, of the same question', () => {
    const lists = createOldLists();
    for (const version of [1, 2, 3]) lists.note('/a', 'json', list(version));
    lists.note('/a', 'bare', list(4));
    expect(lists.find('/a', 'json', 1)).toEqual(list(2));
    expect(lists.find('/a', 'json', 2)).toEqual(list(1));
    expect(lists.find('/a', 'json', 3)).toBeUndefined();
    expect(lists.find('/a', 'json', Number.POSITIVE_INFINITY)).toEqual(list(1));
    expect(lists.find('/b', 'json', 1)).toBeUndefined();
  });

  it('keeps no part of a list', () => {
    const lists = createOldLists();
    lists.note('/a', 'json', list(1, { continue: 'token' }));
    expect(lists.find('/a', 'json', Number.POSITIVE_INFINITY)).toBeUndefined();
  });
});
