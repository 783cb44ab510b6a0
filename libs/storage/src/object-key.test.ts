import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ObjectKeyError } from './errors.ts';
import { assertObjectKey, assertObjectKeyPrefix, toObjectKey } from './object-key.ts';

const accepts = (key: string): boolean => {
  try {
    assertObjectKey(key);
    return true;
  } catch (error) {
    if (error instanceof ObjectKeyError) return false;
    throw error;
  }
};

/** Strings rich in what attackers combine. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '.',
        '..',
        '/',
        '\\',
        '%2e',
        '%2E%2e',
        '%252e',
        '%2f',
        '%5C',
        '%c0%ae',
        '\0',
        '\n',
        '~',
        ':',
        'a',
        'b-1',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe(assertObjectKey, () => {
  it('lets no key out of bucket and prefix, by path, by URL, or decoded any number of times', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const key = `prefix/${name}`;
        fc.pre(accepts(key));
        expect(posix.join('/bucket', key)).toBe(`/bucket/${key}`);
        expect(new URL(encodeURI(`http://s3/bucket/${key}`)).pathname).toMatch(/^\/bucket\/prefix\/./);
        let decoded = key;
        for (let round = 0; round < 4; round += 1) {
          decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
            String.fromCharCode(parseInt(hex, 16)),
          );
          expect(posix.normalize(`/bucket/${decoded}`)).toMatch(/^\/bucket\/prefix\/./);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('accepts what our own parts write', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_=:-][A-Za-z0-9._=: -]{0,20}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (parts) => accepts(parts.join('/'))),
    );
  });

  it.each([
    'x/2022-05-10T13:10:00-stream-4a35c8f2---0-1-2.jsonl',
    'x/.strm_test_0d1c.jsonl',
    '...',
    'a/..b',
    '100%/ü/日本',
    'a%20b',
    'é'.repeat(512),
  ])('accepts %j', (key) => {
    expect(accepts(key)).toBe(true);
  });

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/.',
    'a/../b',
    'a/./b',
    'a\\b',
    '..\\a',
    'a\0',
    'a\r\nb',
    'a\u007f',
    'a\u0085',
    'a\u2028',
    '%2e%2e/a',
    'a%2Fb',
    'a%5cb',
    'a%252e',
    'a%25252fb',
    'a%00',
    '%c0%ae',
    '\ud800',
    'é'.repeat(513),
  ])('refuses %j', (key) => {
    expect(accepts(key)).toBe(false);
  });
});

describe(assertObjectKeyPrefix, () => {
  it.each(['', 'a', 'a/', 'a/b', 'a/.', 'a/..b'])('accepts %j', (prefix) => {
    expect(() => {
      assertObjectKeyPrefix(prefix);
    }).not.toThrow();
  });

  it.each(['/', '/a', '../', 'a/../b', 'a//', 'a\0', 'a\\'])('refuses %j', (prefix) => {
    expect(() => {
      assertObjectKeyPrefix(prefix);
    }).toThrow(ObjectKeyError);
  });
});

describe(toObjectKey, () => {
  it('joins with one slash, or none where the prefix is empty', () => {
    expect([toObjectKey('a/b', 'c'), toObjectKey('', 'c')]).toEqual(['a/b/c', 'c']);
  });

  it.each([
    ['..', 'c'],
    ['a/', 'c'],
    ['a', '../c'],
  ])('refuses %j with %j', (prefix, name) => {
    expect(() => toObjectKey(prefix, name)).toThrow(ObjectKeyError);
  });
});
