import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '@ccd/reconcile';
import type { Component } from '@ccd/service';

export interface EngineProcessOptions {
  /** The built or the source `engine-main`. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly onLine: (line: string) => void;
}

/** The engine ended before it worked. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
}

const restartPauseMs = 500;
const graceMs = 10_000;

/** The embedded engine in a process of its own; one that dies is started again. */
export function createEngineProcess(options: EngineProcessOptions): Component {
  const { entry, environment, clock, onLine } = options;
  let child: ChildProcess | undefined;
  let stopping = false;
  let ready = false;

  async function launch(): Promise<void> {
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Out of the terminal's reach: Ctrl-C is for us, who stop the engine last.
      detached: true,
    });
    child = started;
    const said: string[] = [];
    for (const stream of [started.stdout, started.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (!ready) said.push(line);
        onLine(line);
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    started.once('error', reject);
    started.on('message', (message) => {
      if (!isReady(message)) return;
      ready = true;
      resolve(undefined);
    });
    started.once('exit', (code, signal) => {
      ready = false;
      reject(new EngineStartError(`the engine ended (${signal ?? code}): ${reasonIn(said)}`));
      if (!stopping) void restart();
    });
    await promise;
  }

  async function restart(): Promise<void> {
    await clock.sleep(restartPauseMs);
    if (!stopping) await launch().catch(() => {});
  }

  return {
    name: 'engine',
    ready: () => ready || 'the engine is not running',
    async start() {
      try {
        await launch();
      } catch (error) {
        stopping = true;
        throw error;
      }
    },
    async stop() {
      stopping = true;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const current = child;
      const gone = new Promise((resolve) => current.once('exit', resolve));
      current.kill('SIGTERM');
      const timer = setTimeout(() => current.kill('SIGKILL'), graceMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

const isReady = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'state' in message && message.state === 'running';

/** What the engine said last, in its own words where its line is one of the log. */
function reasonIn(lines: readonly string[]): string {
  const last = lines.at(-1) ?? 'it said nothing';
  try {
    const parsed: unknown = JSON.parse(last);
    const error =
      typeof parsed === 'object' && parsed !== null && 'error' in parsed ? parsed.error : undefined;
    return typeof error === 'object' &&
      error !== null &&
      'message' in error &&
      typeof error.message === 'string'
      ? error.message
      : last;
  } catch {
    return last;
  }
}
