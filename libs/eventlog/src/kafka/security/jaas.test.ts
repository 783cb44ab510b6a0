import { describe, expect, it } from '@jest/globals';
import { JaasConfigError, parseJaasConfig } from './jaas.ts';

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';

describe(parseJaasConfig, () => {
  it('reads the line of the chart', () => {
    const { loginModule, options } = parseJaasConfig(`${plain} required username="user" password="secret";`);
    expect(loginModule).toBe(plain);
    expect(options).toEqual(
      new Map([
        ['username', 'user'],
        ['password', 'secret'],
      ]),
    );
  });

  it.each([
    ['"a\\"b"', 'a"b'],
    ["'a\"b'", 'a"b'],
    ['"a\'b"', "a'b"],
    ['"back\\\\slash"', 'back\\slash'],
    ['"semi;colon = // none"', 'semi;colon = // none'],
    ['"tab\\tline\\n"', 'tab\tline\n'],
    ['"\\101\\60"', 'A0'],
    ['"\\z"', 'z'],
    ['"bell\\a tab\\v"', 'bell\x07 tab\v'],
    ['first password = second', 'second'],
    ['"/* kept */" /* a comment\n */ // and one to the end', '/* kept */'],
    ['""', ''],
    ['word-1.2_$', 'word-1.2_$'],
    ['"päß €"', 'päß €'],
  ])('takes the value %s', (value, expected) => {
    const { options } = parseJaasConfig(`${plain}\trequired\n  password = ${value}\n;`);
    expect(options.get('password')).toBe(expected);
  });

  it.each([
    ['nothing', '', /login module is missing/],
    ['no flag', `${plain} username="u";`, /flag behind the login module/],
    ['no semicolon', `${plain} required password="hunter2"`, /semicolon is missing at its end/],
    ['a quote without end', `${plain} required password="hunter2;`, /quote at character 75 has no end/],
    ['a line break in quotes', `${plain} required password="hunter2\n";`, /has no end/],
    ['a value without quotes', `${plain} required password=hunter2!;`, /character 82 must stand in quotes/],
    ['an option without a value', `${plain} required hunter2;`, /= behind an option is missing/],
    ['a comment without end', `${plain} required /* password=hunter2;`, /semicolon is missing at its end/],
    ['a second module', `${plain} required; ${plain} required password="hunter2";`, /only one login module/],
  ])('refuses %s without quoting it', (_, line, reason) => {
    const parse = (): unknown => parseJaasConfig(line);
    expect(parse).toThrow(JaasConfigError);
    expect(parse).toThrow(reason);
    expect(parse).not.toThrow(/hunter2/);
  });
});
