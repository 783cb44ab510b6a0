import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildApps } from './testing/processes/build-apps.ts';

const scratch = scratchDir();
const appsFolder = resolve(import.meta.dirname, '../..');

/** As `tools/build.ts` finds them: `<app>/main.js` and `<app>/<name>-main.js`. */
const programs = readdirSync(appsFolder).flatMap((app) =>
  readdirSync(join(appsFolder, app, 'src'))
    .filter((file) => /^(.+-)?main\.ts$/.test(file))
    .map((file) => `${app}/${file.replace(/\.ts$/, '.js')}`),
);
/** These have a command line; all others have settings alone. */
const commands = ['cli/main.js', 'standalone/main.js'];
const services = programs.filter((program) => !commands.includes(program));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a bundle to its end. One that goes on is ended, and its outcome is no exit code. */
function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const file = join(scratch, 'dist', 'apps', program);
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', file, ...args],
      { cwd: scratch, env: { PATH: '/usr/bin:/bin', HOME: scratch, ...environment }, timeout: 25_000 },
      (error, out, err) => {
        done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err });
      },
    );
  });
}

const stackLine = /^\s+at .+:\d+/m;

/** Settings that every app accepts and that lead nowhere. */
const complete = {
  STRM_API_HOST: '127.0.0.1',
  STRM_API_PORT: '1',
  STRM_API_TLS: 'false',
  STRM_AUTH_URL: 'http://127.0.0.1:1',
  STRM_AUTH_CLIENT_ID: 'id',
  STRM_AUTH_CLIENT_SECRET: 'secret',
  STRM_INSTALLATION_ID: '8f14e45f-ceea-467f-a0a6-3b9ac9f5a001',
  KEY_LOOKUP_SECRET: Buffer.alloc(32).toString('base64'),
  KEY_ENCRYPTION_KEYS: `first:${Buffer.alloc(32).toString('base64')}`,
  CACHE_DIR: join(scratch, 'cache'),
  CLUSTER_DIR: join(scratch, 'cluster'),
  APPS_DIR: join(scratch, 'dist', 'apps'),
  CONFIG_DIR: scratch,
  SECRETS_DIR: scratch,
};

beforeAll(() => buildApps(join(scratch, 'dist')), 180_000);

describe.each(services)('%s', (program) => {
  it('lists its settings for --help', async () => {
    const { code, out, err } = await run(program, ['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^ {2}LOG_LEVEL \(default: info\)$/m);
  });

  it('names every setting that is wrong, and says no more', async () => {
    const { code, out, err } = await run(program, [], { ...complete, LOG_LEVEL: 'loud', LOG_FORMAT: 'xml' });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/LOG_LEVEL is "loud"; give one of trace, /);
    expect(err).toMatch(/LOG_FORMAT is "xml"/);
    expect(err).not.toMatch(stackLine);
  });
});

describe('an engine without its address', () => {
  const withLog = services.filter(
    (program) =>
      !/^(control-plane|data-connectors-agent|exporters-agent|schema-registry)\/|engine-main/.test(program),
  );
  const kafka = { EVENTLOG_ENGINE: 'kafka' };
  const cases = [
    ...withLog.map((program) => [program, 'STRM_BOOTSTRAP_SERVERS', kafka] as const),
    ...withLog.map((program) => [program, 'EVENTLOG_SOCKET', {}] as const),
    ...['event-gateway/main.js', 'decrypter/main.js'].map(
      (program) =>
        [
          program,
          'STRM_REDIS_HOST',
          { ...kafka, STRM_BOOTSTRAP_SERVERS: '127.0.0.1:1', KEYSTORE_ENGINE: 'redis' },
        ] as const,
    ),
    ...['DATABASE_URL', 'SECRETS_KEY'].map(
      (setting) => ['control-plane/main.js', setting, { DATABASE_ENGINE: 'postgres' }] as const,
    ),
  ];
  it.each(cases)('%s: asks for %s', async (program, setting, environment) => {
    const { code, err } = await run(program, [], { ...complete, ...environment });
    expect(err).toMatch(new RegExp(`^ {2}${setting} is not set, and `, 'm'));
    expect(code).toBe(1);
    expect(err).not.toMatch(stackLine);
  });
});

describe.each(commands)('%s', (program) => {
  it('explains itself for --help', async () => {
    const { code, out, err } = await run(program, ['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/usage/i);
  });

  it('refuses what it does not know in words', async () => {
    const { code, out, err } = await run(program, ['--nonsense']);
    expect({ code, out }).toEqual({ code: expect.any(Number), out: '' });
    expect(code).toBeGreaterThan(0);
    expect(err).toContain('--nonsense');
    expect(err).not.toMatch(stackLine);
  });
});
