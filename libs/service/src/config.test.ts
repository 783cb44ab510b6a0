import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { describeConfig } from './describe-config.ts';
import { loadConfig } from './load-config.ts';
import type { Environment } from './load-config.ts';
import { loggingSettings } from './logger.ts';
import {
  bool,
  durationMs,
  folder,
  hostPort,
  list,
  port,
  secret,
  secretText,
  text,
  url,
  wholeNumber,
} from './setting.ts';
import type { SettingsSchema } from './setting.ts';

const dir = scratchDir();

const schema = z.object({
  ...loggingSettings,
  STRM_GATEWAY_PORT: port().default(8081).describe('Where events arrive.'),
  STRM_AUTH_URL: url().describe('Where tokens come from.'),
  STRM_AUTH_CLIENT_SECRET: secretText().describe('Proves who we are.'),
  STRM_REDIS_PASSWORD: secretText().optional(),
});

function problemsOf(definition: SettingsSchema, env: Environment): ConfigError {
  try {
    loadConfig(definition, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe(loadConfig, () => {
  it('answers with typed values, defaults where nothing is set, and without what is optional', () => {
    const config = loadConfig(schema, {
      STRM_AUTH_URL: 'https://auth.example/',
      STRM_AUTH_CLIENT_SECRET: 's',
    });
    expect(config).toEqual({
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      STRM_GATEWAY_PORT: 8081,
      STRM_AUTH_URL: 'https://auth.example',
      STRM_AUTH_CLIENT_SECRET: 's',
    });
    expect(config.STRM_GATEWAY_PORT satisfies number).toBe(8081);
  });

  it('names every problem at once, with what is given and what is accepted', () => {
    const { message, problems } = problemsOf(schema, { STRM_GATEWAY_PORT: '99999', LOG_LEVEL: 'loud' });
    expect(problems.map(({ variable }) => variable).sort()).toEqual([
      'LOG_LEVEL',
      'STRM_AUTH_CLIENT_SECRET',
      'STRM_AUTH_URL',
      'STRM_GATEWAY_PORT',
    ]);
    expect(message).toContain('STRM_GATEWAY_PORT is "99999"; give a port number from 0 to 65535');
    expect(message).toContain(
      'LOG_LEVEL is "loud"; give one of trace, debug, info, warn, error, fatal, silent',
    );
    expect(message).toContain('STRM_AUTH_URL is not set and has no default; give a URL');
  });

  it('takes an empty variable as unset', () => {
    expect(problemsOf(schema, { STRM_AUTH_URL: '', STRM_AUTH_CLIENT_SECRET: 's' }).problems).toEqual([
      expect.objectContaining({ variable: 'STRM_AUTH_URL', problem: 'is not set and has no default' }),
    ]);
  });

  it('never repeats a secret, nor the credentials in a URL', () => {
    const pin = z.object({
      PIN: secret(wholeNumber({ max: 9 })).default(1),
      CODE: secret(z.string().min(40)).optional(),
      DATABASE: url(['postgres']),
    });
    const { message } = problemsOf(pin, {
      PIN: 'hunter2',
      CODE: 'short-one',
      DATABASE: 'http://me:hunter3@db/x',
    });
    expect(message).toContain('PIN has a value that is not accepted; give a whole number from 0 to 9');
    expect(message).not.toMatch(/hunter|short-one/);
  });

  it('reads a secret from the file that the _FILE variant names, without its last line end', () => {
    const path = join(dir, 'secret');
    writeFileSync(path, 'from a file\n');
    const env = { STRM_AUTH_URL: 'http://localhost:1', STRM_AUTH_CLIENT_SECRET_FILE: path };
    expect(loadConfig(schema, env).STRM_AUTH_CLIENT_SECRET).toBe('from a file');
  });

  it.each([
    ['is missing', { STRM_AUTH_CLIENT_SECRET_FILE: '/nowhere/secret' }, 'cannot be read (ENOENT)'],
    [
      'competes with a value',
      { STRM_AUTH_CLIENT_SECRET_FILE: '/x', STRM_AUTH_CLIENT_SECRET: 'y' },
      'given twice',
    ],
  ])('refuses a secret file that %s, with one problem', (_title, env, words) => {
    const { problems } = problemsOf(schema, { STRM_AUTH_URL: 'http://localhost', ...env });
    expect(problems).toEqual([
      expect.objectContaining({
        variable: 'STRM_AUTH_CLIENT_SECRET',
        problem: expect.stringContaining(words),
      }),
    ]);
  });

  it('reports rules over several variables in their own words', () => {
    const pair = z
      .object({ A: text().optional(), B: text().optional() })
      .refine(({ A, B }) => !A || B, 'A needs B');
    expect(problemsOf(pair, { A: '1' }).message).toMatch(/\n {2}A needs B$/);
  });
});

describe('settings', () => {
  it.each([
    [port(), '0', 0],
    [durationMs({ min: 10 }), ' 250 ', 250],
    [wholeNumber({ min: -5, max: 5 }), '-5', -5],
    [bool(), 'false', false],
    [url(), 'http://a.example/x//', 'http://a.example/x'],
    [hostPort(), 'kafka.local:9092', { host: 'kafka.local', port: 9092 }],
    [hostPort(), '[::1]:9092', { host: '::1', port: 9092 }],
    [folder(), '/var/../tmp', '/tmp'],
    [list(), 'a, b,,c', ['a', 'b', 'c']],
  ])('%# accepts %p', (definition, given, expected) => {
    expect(loadConfig(z.object({ X: definition }), { X: given })).toEqual({ X: expected });
  });

  it.each([
    [port(), '8080x'],
    [port(), '1e3'],
    [port(), '-1'],
    [durationMs({ min: 10 }), '9'],
    [durationMs(), '1.5'],
    [bool(), 'yes'],
    [bool(), 'TRUE'],
    [url(), 'ftp://a.example'],
    [url(), 'a.example'],
    [url(), 'https://user:password@a.example'],
    [hostPort(), 'kafka'],
    [hostPort(), 'kafka:99999'],
    [hostPort(), '::1:9092'],
    [folder(), 'a\0b'],
  ])('%# refuses %p', (definition, given) => {
    expect(problemsOf(z.object({ X: definition }), { X: given }).problems).toHaveLength(1);
  });
});

describe(describeConfig, () => {
  it('is a table of names, defaults and meanings that marks secrets', () => {
    expect(describeConfig(schema).split('\n')).toEqual([
      '| Setting | Default | Meaning |',
      '| --- | --- | --- |',
      expect.stringMatching(
        /^\| `LOG_LEVEL` \| `info` \| Least important level that is logged\. Give one of trace/,
      ),
      expect.stringMatching(/^\| `LOG_FORMAT` \| `json` \|/),
      '| `STRM_GATEWAY_PORT` | `8081` | Where events arrive. Give a port number from 0 to 65535. |',
      expect.stringMatching(/^\| `STRM_AUTH_URL` \| required \| Where tokens come from\. /),
      expect.stringMatching(
        /^\| `STRM_AUTH_CLIENT_SECRET` \| required \| Proves who we are\. Secret; `STRM_AUTH_CLIENT/,
      ),
      expect.stringMatching(/^\| `STRM_REDIS_PASSWORD` \| none \| Secret; /),
    ]);
  });

  it('does not print the default of a secret', () => {
    expect(describeConfig(z.object({ X: secretText().default('changeit') }))).not.toContain('changeit');
  });
});
