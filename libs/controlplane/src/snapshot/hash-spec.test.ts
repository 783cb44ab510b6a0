import { describe, expect, it } from '@jest/globals';
import { canonicalJson, createKeyedHash, hashSpec } from './hash-spec.ts';

describe(canonicalJson, () => {
  it('does not depend on the order of keys, in objects and in maps', () => {
    const one = {
      b: 1,
      a: new Map([
        ['y', [1]],
        ['x', [2]],
      ]),
    };
    const other = {
      a: new Map([
        ['x', [2]],
        ['y', [1]],
      ]),
      b: 1,
    };
    expect(canonicalJson(one)).toBe(canonicalJson(other));
    expect(canonicalJson(one)).toBe('{"a":[["x",[2]],["y",[1]]],"b":1}');
  });

  it('keeps the order of lists', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });
});

describe(hashSpec, () => {
  it('stays what it was: a change would restart every workload', () => {
    expect(hashSpec({ b: 'x', a: [1, { c: true }] })).toBe(
      'eb69c77282b1d66b69257a34c1cb84910b86fda422c0e7a9e27b3fbdb23a17c3',
    );
  });
});

describe(createKeyedHash, () => {
  it('depends on the secret, so that nobody without it can try out a credential', () => {
    const spec = { location: 'secret' };
    expect(createKeyedHash('one')(spec)).toBe(createKeyedHash('one')(spec));
    expect(createKeyedHash('one')(spec)).not.toBe(createKeyedHash('two')(spec));
    expect(createKeyedHash('one')(spec)).not.toBe(hashSpec(spec));
  });
});
