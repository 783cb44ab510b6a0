import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@ccd/testkit';
import { runMain } from './run-main.ts';

// Real processes take their time on a busy machine.
jest.setTimeout(30_000);

const library = new URL('./index.ts', import.meta.url).href;
const children: ChildProcess[] = [];

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly messages: readonly unknown[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Runs a script against the library as a process of its own, with an IPC channel where asked for. */
function run(
  script: string,
  { ipc = false, args = [] }: { readonly ipc?: boolean; readonly args?: readonly string[] } = {},
): Run {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { runMain, startService, ConfigError, createLogger, exitWithParent } from '${library}';
      import { z } from 'zod';
      const none = z.object({});
      const logger = createLogger({ name: 'probe' });
      const stay = { name: 'stay', start: async () => { stay.timer = setInterval(() => {}, 1_000); }, stop: async () => { clearInterval(stay.timer); console.log('stopped in order'); } };
      ${script}`,
      // Node puts no path of a script before them.
      ...(args.length > 0 ? ['--', 'probe', ...args] : []),
    ],
    { stdio: ['pipe', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])] },
  );
  children.push(child);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  // 'close' never comes after a disconnect, so the end is put together here.
  const ended = Promise.all([once(child, 'exit'), closed(child.stdout), closed(child.stderr)]).then(
    ([exit]) => ({
      code: exit[0] as number | null,
      signal: exit[1] as NodeJS.Signals | null,
    }),
  );
  return { child, out: () => out, err: () => err, messages, ended };
}

const closed = async (stream: Readable | null) => stream && once(stream, 'close');

const running = (probe: Run) => eventually('the service runs', () => probe.out().includes('is running'));
const service = `(config, signal) => startService({ name: 'probe', logger, components: [stay], signal })`;

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe(runMain, () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s and exits 0', async (signal) => {
    const probe = run(`await runMain('probe', none, ${service});`);
    await running(probe);
    probe.child.kill(signal);
    expect(await probe.ended).toEqual({ code: 0, signal: null });
    expect(probe.out()).toContain('stopped in order');
  });

  it('exits at once on a second signal', async () => {
    const probe = run(`stay.stop = () => { console.log('stuck'); return new Promise(() => {}); };
      await runMain('probe', none, ${service});`);
    await running(probe);
    probe.child.kill('SIGTERM');
    await eventually('it is stopping', () => probe.out().includes('stuck'));
    probe.child.kill('SIGINT');
    expect((await probe.ended).code).toBe(130);
  });

  it('ends a start that a signal interrupts, and exits 0', async () => {
    const probe = run(`await runMain('probe', none, async (config, signal) => {
      const slow = { name: 'slow', start: (s) => new Promise((_, reject) => { setInterval(() => {}, 1_000); console.log('starting'); s.addEventListener('abort', () => reject(s.reason)); }) };
      return startService({ name: 'probe', logger, components: [stay, slow], signal });
    });`);
    await eventually('it is starting', () => probe.out().includes('starting'));
    probe.child.kill('SIGTERM');
    expect((await probe.ended).code).toBe(0);
    expect(probe.out()).toContain('stopped in order');
  });

  it.each(['--help', '-h'])('lists the settings on %s, and starts nothing', async (argument) => {
    const probe = run(
      `await runMain('probe', z.object({ PROBE_PORT: z.string().default('1').describe('Port of it') }), ${service});`,
      { args: [argument] },
    );
    expect((await probe.ended).code).toBe(0);
    expect(probe.out()).toMatch(
      /probe takes no arguments.*\n\n {2}PROBE_PORT \(default: 1\)\n {6}Port of it\.\n$/s,
    );
  });

  it('refuses arguments, which would change nothing', async () => {
    const probe = run(`await runMain('probe', none, ${service});`, { args: ['--port', '1'] });
    expect((await probe.ended).code).toBe(2);
    expect(probe.err()).toMatch(/^probe takes no arguments.*--help.*\n$/);
  });

  it('prints a ConfigError as text without a stack and exits 1', async () => {
    const probe = run(
      `await runMain('probe', none, async () => { throw new ConfigError([{ variable: 'PORT', problem: 'is not set' }]); });`,
      { ipc: true },
    );
    expect((await probe.ended).code).toBe(1);
    expect(probe.err()).toBe('probe: The configuration is not complete or not valid:\n  PORT is not set\n');
    expect(probe.messages).toEqual([
      expect.objectContaining({ type: 'ccd.workload', state: 'failing', reason: 'InvalidConfig' }),
    ]);
  });

  it.each([
    [
      'of ours',
      "class LogUnavailableError extends Error { name = 'LogUnavailableError'; } throw new LogUnavailableError('no broker answers');",
      'LogUnavailable',
      'no broker answers',
    ],
    ['of others', "JSON.parse('hunter2');", 'StartFailed', 'see the log of this process'],
  ])('says why it could not start by an error %s', async (_title, script, reason, message) => {
    const probe = run(`await runMain('probe', none, async () => { ${script} });`, { ipc: true });
    expect((await probe.ended).code).toBe(1);
    expect(probe.messages).toEqual([{ type: 'ccd.workload', state: 'failing', reason, message }]);
  });

  it('logs a failed start as fatal and exits 1', async () => {
    const probe = run(
      `await runMain('probe', none, async () => { throw new Error('no log to write to'); });`,
    );
    expect((await probe.ended).code).toBe(1);
    expect(JSON.parse(probe.out())).toMatchObject({
      level: 'fatal',
      error: { message: 'no log to write to' },
    });
  });

  it.each(['setImmediate(() => { throw new Error("oops"); });', 'void Promise.reject(new Error("oops"));'])(
    'logs an error that nobody caught as fatal and exits 1: %s',
    async (cause) => {
      const probe = run(`await runMain('probe', none, async (config, signal) => {
        const running = await startService({ name: 'probe', logger, components: [stay], signal });
        ${cause}
        return running;
      });`);
      expect((await probe.ended).code).toBe(1);
      expect(probe.out()).toMatch(/"level":"fatal".*oops/);
    },
  );

  it('exits 0 when the service ends by itself, and 1 when it fails', async () => {
    const ending = (error: string) => `await runMain('probe', none, async (config, signal) => {
      const running = await startService({ name: 'probe', logger, components: [stay], signal });
      setImmediate(() => running.stop('finished'${error}));
      return running;
    });`;
    const [good, bad] = [run(ending('')), run(ending(', new Error("half way")'))];
    expect((await good.ended).code).toBe(0);
    expect((await bad.ended).code).toBe(1);
    expect(bad.out()).toMatch(/"level":"fatal".*half way/);
  });

  it('tells a parent that listens when it is ready, and ends in order when the parent goes', async () => {
    const probe = run(`await runMain('probe', none, ${service});`, { ipc: true });
    await eventually('it says that it is ready', () => probe.messages.length > 0);
    expect(probe.messages).toEqual([{ type: 'ccd.workload', state: 'running' }]);
    probe.child.disconnect();
    expect((await probe.ended).code).toBe(0);
    expect(probe.out()).toContain('stopped in order');
  });

  it('ends when standard input closes, where it was asked to', async () => {
    const probe = run(`exitWithParent(); await runMain('probe', none, ${service});`);
    await running(probe);
    probe.child.stdin?.end();
    expect((await probe.ended).code).toBe(0);
  });
});
