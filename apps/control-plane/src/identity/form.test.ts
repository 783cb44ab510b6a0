import { describe, expect, it } from '@jest/globals';
import { InvalidFormError, parseForm } from './form.ts';

describe(parseForm, () => {
  it('decodes what is encoded, and keeps what came beside it', () => {
    const form = parseForm('a=x%20y&b=1+2&c=%zz&d&e=');
    expect([...form].map(([name, { decoded, raw }]) => [name, decoded, raw])).toEqual([
      ['a', 'x y', 'x%20y'],
      ['b', '1 2', '1+2'],
      ['c', '%zz', '%zz'],
      ['d', '', ''],
      ['e', '', ''],
    ]);
  });

  it('takes an empty body for an empty form', () => {
    expect(parseForm('\r\n').size).toBe(0);
  });

  it('refuses a field that stands twice', () => {
    expect(() => parseForm('a=1&a=2')).toThrow(InvalidFormError);
  });
});
