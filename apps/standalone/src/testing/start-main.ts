import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { eventually } from '@ccd/testkit';
import { mainProgram } from './rig.ts';

export interface StartedMain {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has printed so far. */
  printed(): string;
}

export interface MainOptions {
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs what `npm start` runs, from its source. */
export function spawnMain({ argv, environment = { PATH: '/usr/bin:/bin' } }: MainOptions): StartedMain {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', mainProgram, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text.toString('utf8');
    });
  }
  return { child, pid: child.pid ?? 0, printed: () => printed };
}

export const hasEnded = ({ child }: Pick<StartedMain, 'child'>): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/** Resolves once it says what to open. @throws with what it printed when it ends before */
export async function untilStarted(main: StartedMain): Promise<void> {
  await eventually(
    'the start',
    () => {
      if (hasEnded(main)) throw new Error(main.printed());
      return main.printed().includes('Ctrl-C');
    },
    60_000,
  );
}
