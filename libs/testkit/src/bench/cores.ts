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

/** {@link onCore} for load generators: benchmarks themselves run on core 0. */
export const onOtherCore = (command: readonly [string, ...string[]]): [string, ...string[]] =>
  onCore(1, command);
