import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FailpointName } from '@ccd/failpoints';

/** From outside: what processes with failpoints are to do, and what they did. */
export interface FailpointControl {
  /** For the command line of a process that is to have failpoints, before its program. */
  readonly nodeArguments: readonly string[];
  /** For its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The first process that passes the failpoint after so many visits kills itself. */
  arm(name: FailpointName, visitsBefore?: number): ArmedFailpoint;
  /** The same, but it stands still (SIGSTOP) until somebody sends SIGCONT to `pid`. */
  armStop(name: FailpointName, visitsBefore?: number): StoppingFailpoint;
  /** The same, but by an error that nobody catches; it holds `text`, which is not JSON, where errors hold such things. */
  armCrash(name: FailpointName, text: string): ArmedFailpoint;
  /** Failpoints that some process came by. */
  visited(): ReadonlySet<string>;
}

export interface ArmedFailpoint {
  readonly name: FailpointName;
  hasFired(): boolean;
  /** Nobody is killed by it any more. */
  disarm(): void;
}

export interface StoppingFailpoint extends ArmedFailpoint {
  /** Of the process that stands still; undefined until one does. */
  pid(): number | undefined;
}

/** @param folder of this control alone */
export function createFailpointControl(folder: string): FailpointControl {
  const names = (what: string): readonly string[] => readdirSync(join(folder, what));
  for (const each of ['armed', 'fired', 'stopped', 'visited'])
    mkdirSync(join(folder, each), { recursive: true });
  let armed = 0;
  function put(name: FailpointName, visitsBefore: number, action: string): StoppingFailpoint {
    armed += 1;
    const file = `${name}~${visitsBefore}~${armed}`;
    writeFileSync(join(folder, 'armed', file), action);
    return {
      name,
      hasFired: () => names('fired').includes(file),
      pid: () =>
        names('stopped').includes(file)
          ? Number(readFileSync(join(folder, 'stopped', file), 'utf8')) || undefined
          : undefined,
      disarm: () => {
        rmSync(join(folder, 'armed', file), { force: true });
      },
    };
  }
  return {
    nodeArguments: ['--import', fileURLToPath(new URL('arm-failpoints.ts', import.meta.url))],
    environment: { CCD_FAILPOINT_FOLDER: folder },
    arm: (name, visitsBefore = 0) => put(name, visitsBefore, 'kill'),
    armStop: (name, visitsBefore = 0) => put(name, visitsBefore, 'stop'),
    armCrash: (name, text) => put(name, 0, `crash ${text}`),
    visited: () => new Set(names('visited')),
  };
}
