import { describe, expect, it } from '@jest/globals';
import { choice, integer, integers, optionalText, requiredText, text, texts, toggle } from './flag.ts';
import { createFlags } from './flags.ts';
import type { FlagSources } from './flags.ts';

const nothing: FlagSources = { env: {}, settings: {} };
const flagsOf = (typed?: readonly string[], sources: Partial<FlagSources> = {}) =>
  createFlags(() => typed, { ...nothing, ...sources });

describe(createFlags, () => {
  const name = text('--api-host <host>', '', 'default');
  const env = { STRM_API_HOST: 'env' };
  const settings = { 'api-host': 'file' };

  it.each([
    [['typed'], env, settings, 'typed'],
    [undefined, env, settings, 'env'],
    [undefined, { STRM_API_HOST: '' }, settings, 'file'],
    [undefined, {}, settings, 'file'],
    [undefined, {}, {}, 'default'],
  ])('reads typed %j, environment %j, file %j as %s', (typed, environment, file, value) => {
    expect(flagsOf(typed, { env: environment, settings: file }).get(name)).toBe(value);
  });

  it('tells whether anything but the default decides', () => {
    expect(flagsOf().given(name)).toBe(false);
    expect(flagsOf(undefined, { settings }).given(name)).toBe(true);
  });

  it('asks nobody else for a flag that means something else on its command', () => {
    const local = toggle('--api-host', '', false, { local: true });
    expect(flagsOf(undefined, { env, settings }).get(local)).toBe(false);
  });
});

describe('a flag', () => {
  it.each([
    [integers('-P, --purposes <levels>', ''), ['0,1', '2'], [0, 1, 2]],
    [texts('--tags <tags>', ''), ['a', 'b'], ['a', 'b']],
    [integer('--interval <s>', '', 60), [], 60],
    [integer('--interval <s>', '', 60), ['5'], 5],
    [toggle('--save', '', true), [], true],
    [toggle('--save', '', true), ['False'], false],
    [toggle('--save', ''), ['1'], true],
    [optionalText('--file <f>', ''), [], undefined],
    [choice('--type <t>', '', ['a', 'b'], 'a'), ['b'], 'b'],
    [text('--name <n>', '', ''), ['first', 'last'], 'last'],
  ])('reads its texts: %#', (flag, given, value) => {
    expect(flag.read(given)).toEqual(value);
  });

  it.each([
    [integers('--purposes <levels>', ''), ['0,-1'], '--purposes is "-1"; give a whole number, at least 0'],
    [integer('--interval <s>', '', 60, 30), ['29'], '--interval is "29"; give a whole number, at least 30'],
    [integer('--interval <s>', '', 60), ['1.5'], '--interval is "1.5"; give a whole number, at least 0'],
    [toggle('--save', ''), ['maybe'], '--save is "maybe"; give true or false'],
    [toggle('--save', ''), ['constructor'], '--save is "constructor"; give true or false'],
    [choice('--type <t>', '', ['a', 'b'], 'a'), ['c'], '--type is "c"; give one of a, b'],
    [requiredText('--file <f>', ''), [], '--file is required'],
  ])('refuses what it cannot use: %#', (flag, given, problem) => {
    expect(() => flag.read(given)).toThrow(problem);
  });
});
