import { readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerFailedError } from './errors.ts';
import { logTail } from './log-tail.ts';
import { createServerFolder, openHome } from './server-folder.ts';
import type { RunningServer, ServerCommand, ServerSource } from './source.ts';

/** What can be done to a server. */
export interface ServerActions {
  /** SIGKILL, to it and its children; resolves when they are gone. Its data stays. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stand, nothing answers. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** An orderly end, and SIGKILL when that has not ended it after 20 s. Its data stays. */
  shutDown(): Promise<void>;
  /** Starts it again on the same data and port: after `kill`, or with a proper shutdown before where it still runs. */
  restart(): Promise<void>;
  /** Ends it without ado and removes its data. Any number of times. */
  stop(): Promise<void>;
}

/** A server of a suite's own. */
export interface TestServer extends ServerActions {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Its data and logs; gone when it is stopped, or when this process ends, unless it has a home. */
  readonly folder: string;
  /** What it has printed since it was last started. */
  log(): string;
  /** Resolves when the process that runs now has ended, however it did. */
  ended(): Promise<void>;
}

/** What a server is, once its folder has been prepared. */
export interface PreparedServer {
  readonly port: number;
  readonly command: Omit<ServerCommand, 'folder' | 'logFile'>;
  /** What it takes as a wish to end soon; SIGTERM unless said. */
  readonly shutDownSignal?: NodeJS.Signals;
  /** Asked until it says yes; errors count as no. */
  readonly isReady: (log: () => string) => boolean | Promise<boolean>;
}

const readyWithinMs = 60_000;
const shutDownWithinMs = 20_000;

/**
 * Makes a folder for a server and lets `prepare` write its files, starts it, waits until it is ready, and gives it a
 * handle. Where that fails nothing is left behind.
 * @param home folder that is kept instead; `prepare` finds in it what an earlier start left
 */
export async function startTestServer(
  source: ServerSource,
  prepare: (folder: string) => Promise<PreparedServer>,
  home?: string,
): Promise<TestServer> {
  const { folder, remove } = home === undefined ? createServerFolder(source) : openHome(source, home);
  try {
    return await startPrepared(source, folder, remove, await prepare(folder));
  } catch (error) {
    remove();
    throw error;
  }
}

async function startPrepared(
  source: ServerSource,
  folder: string,
  remove: () => void,
  { port, command, isReady, shutDownSignal = 'SIGTERM' }: PreparedServer,
): Promise<TestServer> {
  let starts = 0;
  let running: RunningServer | undefined;
  let logFile = '';
  const log = (): string => readFileSync(logFile, 'utf8');

  async function start(): Promise<void> {
    starts += 1;
    logFile = join(folder, `start-${starts}.log`);
    // In a home an earlier process may have left one, which would say that this one is ready.
    rmSync(logFile, { force: true });
    running = await source.start({ ...command, folder, logFile });
    const deadline = performance.now() + readyWithinMs;
    while (!(await answers(isReady, log))) {
      if (running.hasEnded())
        throw new ServerFailedError(source.kind, 'ended before it was ready', logTail(logFile));
      if (performance.now() > deadline) {
        throw new ServerFailedError(
          source.kind,
          `was not ready within ${readyWithinMs} ms`,
          logTail(logFile),
        );
      }
      await delay(15);
    }
  }

  async function kill(): Promise<void> {
    await running?.signal('SIGKILL');
    await running?.waitUntilEnded();
  }

  async function shutDown(): Promise<void> {
    if (running === undefined || running.hasEnded()) return;
    await running.signal('SIGCONT');
    await running.signal(shutDownSignal);
    const timer = new AbortController();
    const late = delay(shutDownWithinMs, 'late', { ref: false, signal: timer.signal });
    if ((await Promise.race([running.waitUntilEnded(), late])) === 'late') await kill();
    else timer.abort();
    await late.catch(() => {});
  }

  async function stop(): Promise<void> {
    await kill();
    remove();
  }

  try {
    await start();
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    folder,
    kill,
    async pause() {
      await running?.signal('SIGSTOP');
    },
    async resume() {
      await running?.signal('SIGCONT');
    },
    shutDown,
    async restart() {
      await shutDown();
      await start();
    },
    stop,
    log,
    ended: async () => running?.waitUntilEnded(),
  };
}

async function answers(isReady: PreparedServer['isReady'], log: () => string): Promise<boolean> {
  try {
    return await isReady(log);
  } catch {
    return false;
  }
}

/** Whether someone accepts connections on a port of the loopback interface. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
