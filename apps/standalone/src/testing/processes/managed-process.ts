import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@ccd/testkit';

export interface ProcessOptions {
  readonly name: string;
  readonly program: string;
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** A real app in a process of its own, started again whenever it ends, until it is stopped. */
export interface ManagedProcess {
  readonly name: string;
  /** Of the process that runs now. */
  pid(): number | undefined;
  /** Resolves once the app says that it does its work. */
  start(): Promise<void>;
  isReady(): boolean;
  kill(): void;
  /** Ends it for good, in order where it is not forced. */
  stop(how?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends after it worked that nobody forced: an app outlives the death of every other one. */
  ownEnds(): readonly string[];
}

const restartPauseMs = 100;
const startMs = 60_000;
const stopMs = 20_000;

/** Those that were started and are not stopped yet. */
const unstopped = new Set<ManagedProcess>();

/** Kills what a test that failed left running, so that it is not started again for good: for `afterEach`, `afterAll`. */
export async function killUnstopped(): Promise<void> {
  await Promise.all([...unstopped].map((each) => each.stop('SIGKILL')));
}

export function createManagedProcess(options: ProcessOptions): ManagedProcess {
  const { name, program, nodeArguments, environment, onLine } = options;
  const ownEnds: string[] = [];
  let child: ChildProcess | undefined;
  let ready = false;
  let stopping = false;

  function launch(): void {
    ready = false;
    const launched = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ...nodeArguments, program],
      // The channel tells it when this process is gone.
      { env: environment, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true },
    );
    child = launched;
    for (const stream of [launched.stdout, launched.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', onLine);
    }
    launched.on('message', (message) => {
      if (isRunning(message)) ready = true;
    });
    launched.once('exit', (code, signal) => {
      if (!stopping && ready && signal !== 'SIGKILL') ownEnds.push(`${name} ended with ${signal ?? code}`);
      ready = false;
      if (!stopping) void delay(restartPauseMs).then(relaunch);
    });
  }

  function relaunch(): void {
    if (!stopping) launch();
  }

  const hasEnded = (): boolean => child === undefined || child.exitCode !== null || child.signalCode !== null;

  const managed: ManagedProcess = {
    name,
    pid: () => (hasEnded() ? undefined : child?.pid),
    isReady: () => ready,
    async start() {
      unstopped.add(managed);
      launch();
      await eventually(`the start of ${name}`, () => ready, startMs);
    },
    kill() {
      // Not only once its end is known.
      ready = false;
      child?.kill('SIGKILL');
    },
    async stop(how = 'SIGTERM') {
      stopping = true;
      unstopped.delete(managed);
      if (hasEnded()) return;
      child?.kill(how);
      await eventually(`the end of ${name}`, hasEnded, stopMs).catch(async () => {
        ownEnds.push(`${name} did not stop when it was asked to`);
        child?.kill('SIGKILL');
        await eventually(`the end of ${name}`, hasEnded);
      });
    },
    ownEnds: () => ownEnds,
  };
  return managed;
}

const isRunning = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'state' in message && message.state === 'running';
