import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from '@ccd/protocol';
import { exceptions, withExceptions } from './exceptions.ts';
import { rulesOf } from './field-rules.ts';
import type { RuleValue } from './field-rules.ts';
import { accepts } from './patterns.ts';
import { stringRules } from './string-rules.ts';

function tell(rule: string, asked: RuleValue, value: string): string | undefined {
  const test = stringRules[rule]?.(asked);
  if (test === undefined) throw new Error(`no rule ${rule}`);
  return test(value);
}

describe('the rules of strings', () => {
  it.each<[string, RuleValue, string, string]>([
    ['len', 3n, 'abc', 'abcd'],
    ['len', 0n, '', 'a'],
    ['min_len', 2n, 'ab', 'a'],
    ['max_len', 2n, 'ab', 'abc'],
    ['pattern', '^a+$', 'aa', 'ab'],
    ['prefix', 'https://', 'https://x', 'http://x'],
    ['not_contains', 'strm', 'stream', 'my-strm'],
    ['in', ['a', 'b'], 'b', 'c'],
    ['not_in', ['.', '..'], 'a', '..'],
    ['uuid', true, 'ABCDEF01-2345-6789-abcd-ef0123456789', 'abcdef0123456789abcdef0123456789'],
    ['uri', true, 'https://example.com/x?y=1', '/relative'],
    ['email', true, 'a.b+c@sub.example.com', 'a@'],
  ])('%s %s accepts %j and refuses %j', (rule, asked, right, wrong) => {
    expect(tell(rule, asked, right)).toBeUndefined();
    expect(tell(rule, asked, wrong)).toMatch(/^must /);
  });

  it('count code points, not the units of UTF-16', () => {
    expect(tell('max_len', 2n, '😀😀')).toBeUndefined();
    expect(tell('min_len', 2n, '😀')).toBe('must have at least 2 characters, and has 1');
  });

  it('find a pattern anywhere unless it is anchored, as RE2 does', () => {
    expect(tell('pattern', 'b', 'abc')).toBeUndefined();
  });

  it('read \\pL and its like as Unicode classes', () => {
    expect(tell('pattern', '^[\\pL\\s]+$', 'Ünïcödé 東京')).toBeUndefined();
    expect(tell('pattern', '^[^\\pC]+$', 'zero\u200bwidth')).toMatch(/control characters/);
  });

  it('match a hostile text in time that grows with its length only', () => {
    expect(tell('pattern', '^(a+)+$', `${'a'.repeat(5_000)}b`)).toMatch(/^must match/);
  });

  it('that are switched off ask for nothing', () => {
    expect(tell('uuid', false, 'anything')).toBeUndefined();
  });

  it.each(['ünï@exämple.com', 'o’brien@example.com', "o'brien@example.co.uk", 'a@localhost'])(
    'take %s for an e-mail address',
    (address) => {
      expect(tell('email', true, address)).toBeUndefined();
    },
  );

  it.each([
    '',
    'a',
    '@example.com',
    'a@b@',
    'a b@example.com',
    '.a@example.com',
    'a..b@example.com',
    'a@-example.com',
    'a@example..com',
    'Name <a@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b.'.repeat(130)}com`,
  ])('do not take %j for an e-mail address', (address) => {
    expect(tell('email', true, address)).toMatch(/e-mail/);
  });
});

describe(accepts, () => {
  it('has words for every pattern that the protocol applies', () => {
    const patterns = [...protocolRegistry()]
      .filter((type) => type.kind === 'message')
      .flatMap(({ fields }) => fields.map((field) => withExceptions(field, rulesOf(field), exceptions)))
      .flatMap((groups) => groups.map(({ rules }) => rules.get('pattern')))
      .filter((pattern) => typeof pattern === 'string');
    expect(patterns.length).toBeGreaterThan(20);
    expect(patterns.filter((pattern) => accepts(pattern).includes(pattern))).toEqual([]);
  });

  it('falls back to the pattern itself', () => {
    expect(accepts('^x$')).toBe('must match the regular expression ^x$');
  });
});
