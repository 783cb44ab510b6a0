import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { toRegExp } from './to-reg-exp.ts';

/** Patterns of the plain syntax over few characters, so that texts often match. */
const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\d', '\\w', '\\.', '-', '[a-c_-]', 'é', '😀');
const bound = fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,3}', '{2,}');
const piece = fc.tuple(atom, bound).map((parts) => parts.join(''));
const sequence = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(''));
const group = fc
  .tuple(fc.array(sequence, { minLength: 1, maxLength: 3 }), bound)
  .map(([options, repeat]) => `(${options.join('|')})${repeat}`);
const patterns = fc
  .tuple(fc.array(fc.oneof(piece, piece, group), { maxLength: 5 }), fc.constantFrom('', '$'))
  .map(([parts, end]) => `^${parts.join('')}${end}`);
const texts = fc
  .array(fc.constantFrom('a', 'b', 'c', '-', '.', '_', '7', 'é', '😀', '\n', '\u2028', '\ud800'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

describe(toRegExp, () => {
  it('accepts the texts that RE2 accepts', () => {
    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 5, maxLength: 5 }), (pattern, samples) => {
        const plain = toRegExp(pattern);
        fc.pre(plain !== undefined);
        const re2 = RE2JS.compile(pattern);
        for (const text of samples) expect(plain.test(text)).toBe(re2.matcher(text).find());
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '^.+$',
    '^[a-z0-9-]{8,40}$',
    '^[^@ ]+@[a-z.-]+$',
    '^https://[-a-z0-9./]+$',
    '^(view|click|buy)$',
    '^\\d{4}-\\d{2}-\\d{2}$',
    '^(?:[a-z]+,)*$',
    '^$',
  ])('proves that %p takes linear time', (pattern) => {
    expect(toRegExp(pattern)).toBeInstanceOf(RegExp);
  });

  it.each([
    ['a repeat in a repeat', '^(a+)+$'],
    ['two ways through a choice', '^(a|ab)+$'],
    ['a repeat before one of the same', '^a*a*$'],
    ['a repeat of what may be empty', '^(a?)*$'],
    ['a choice that may be empty', '^(a|b?)c$'],
    ['a counted repeat before the same', '^a{0,9}a{0,9}$'],
    ['a separator that may be left out', '^(\\w+\\s?)*$'],
    ['a search for its beginning', 'a+b'],
    ['a choice of anchors', '^a|b$'],
    ['an anchor within', '^a(^b)$'],
    ['a lazy repeat', '^a+?b$'],
    ['a flag', '(?i)^a$'],
    ['a named class', '^[[:alpha:]]+$'],
    ['a class of Unicode', '^\\pL+$'],
    ['a word boundary', '^a\\b'],
    ['white space, of which the engines know different kinds', '^\\s$'],
    ['more positions than are looked at', '^[a-z]{500}$'],
    ['a class without an end', '^[a'],
    ['a range that falls', '^[z-a]$'],
  ])('proves nothing about %s', (_what, pattern) => {
    expect(toRegExp(pattern)).toBeUndefined();
  });
});
