import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

let pinning: boolean | undefined;

function canPin(): boolean {
  pinning ??= availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
  return pinning;
}

/**
 * The command line that runs a program on one core, so that what is measured and what loads it do not share one.
 * Where the system has no `taskset`, or one core only, it is the command as given.
 */
export function onCore(core: number, command: readonly [string, ...string[]]): [string, ...string[]] {
  return canPin() ? ['taskset', '-c', `${core}`, ...command] : [...command];
}

/** Threads that were made meanwhile are moved as well. */
function moveTo(core: number): void {
  spawnSync('taskset', ['-a', '-p', '-c', `${core}`, `${process.pid}`]);
}

/**
 * Runs the servers that `start` starts on the other core, though they take no command line: what a process starts
 * begins on the core that the process is on. Servers in containers are where their engine has put them.
 */
export async function startOnOtherCore<T>(start: () => Promise<T>): Promise<T> {
  if (!canPin()) return start();
  moveTo(1);
  try {
    return await start();
  } finally {
    moveTo(0);
  }
}

/** {@link onCore} for load generators: benchmarks themselves run on core 0. */
export const onOtherCore = (command: readonly [string, ...string[]]): [string, ...string[]] =>
  onCore(1, command);
