import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Clock } from '@ccd/reconcile';
import type { Component } from '@ccd/service';
import { z } from 'zod';

export interface EngineProcessOptions {
  /** Its program, built or a source. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Between asking it to end and ending it. An engine whose owner was killed leaves its folder sooner by itself. */
  readonly graceMs?: number;
  readonly onLine: (line: string) => void;
  /** Told how an engine ended that had worked, and that nobody had stopped. */
  readonly onCrash: (ending: string) => void;
}

export interface EngineProcess extends Required<Pick<Component, 'name' | 'start' | 'stop' | 'ready'>> {
  /** Of the process that runs now. */
  readonly pid: () => number | undefined;
}

/** The engine ended before it worked. */
export class EngineStartError extends Error {
  override readonly name = 'EngineStartError';
  /** Name of the engine's own error, where it told. */
  readonly reason: string | undefined;

  constructor(ending: string, { name, message }: LastWords) {
    super(`the engine ended (${ending}): ${message}`);
    this.reason = name;
  }
}

const restartPauseMs = 500;

/** An engine, or several, in a process of its own; one that dies is started again. */
export function createEngineProcess(options: EngineProcessOptions): EngineProcess {
  const { entry, environment, clock, graceMs = 10_000, onLine, onCrash } = options;
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
      const wasReady = ready;
      ready = false;
      const ending = `${signal ?? code}`;
      reject(new EngineStartError(ending, lastWordsIn(said)));
      if (stopping || !wasReady) return;
      onCrash(ending);
      void restart();
    });
    await promise;
  }

  async function restart(): Promise<void> {
    await clock.sleep(restartPauseMs);
    if (stopping) return;
    // Its last words are in the log.
    await launch().catch(restart);
  }

  async function launchAfterPredecessor(): Promise<void> {
    const until = clock.monotonic() + graceMs;
    for (;;) {
      try {
        await launch();
        return;
      } catch (error) {
        const taken = error instanceof EngineStartError && error.reason === 'DataFolderInUseError';
        if (!taken || clock.monotonic() >= until) throw error;
        await clock.sleep(restartPauseMs);
      }
    }
  }

  return {
    name: 'engine',
    pid: () => child?.pid,
    ready: () => ready || 'the engine is not running',
    async start() {
      try {
        await launchAfterPredecessor();
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

interface LastWords {
  readonly name?: string | undefined;
  readonly message: string;
}

const logLine = z.object({ error: z.object({ name: z.string(), message: z.string() }) });

/** What the engine said last, in its own words where its line is one of the log. */
function lastWordsIn(lines: readonly string[]): LastWords {
  const last = lines.at(-1) ?? 'it said nothing';
  try {
    return logLine.parse(JSON.parse(last)).error;
  } catch {
    return { message: last };
  }
}
