import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface ReplicaOptions {
  /** Of the app. */
  readonly app: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** One process of an agent, as it is in a pod. */
export interface Replica {
  pause(): void;
  resume(): void;
  /** Resolves when it has ended. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

const appsFolder = join(import.meta.dirname, '..', '..', '..', '..');

/** Starts the main program of an agent from its sources. */
export function startReplica({ app, environment }: ReplicaOptions): Replica {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(appsFolder, app, 'src', 'main.ts')],
    { env: environment, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return {
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      // A process that stands still hears SIGTERM when it goes on.
      child.kill('SIGCONT');
      await ended;
    },
  };
}
