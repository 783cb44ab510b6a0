import { createManagedProcess } from './managed-process.ts';
import type { ManagedProcess } from './managed-process.ts';

export interface LauncherOptions {
  /** Arguments of Node ahead of every program. */
  readonly nodeArguments?: readonly string[];
  /** What every process has in its environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the processes of one system, and ends them in the opposite order. */
export interface Launcher {
  launch(
    name: string,
    program: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<ManagedProcess>;
  /** What all processes logged. */
  readonly log: readonly string[];
  /** Writes between their lines what the test does. */
  note(text: string): void;
  stop(): Promise<void>;
}

export function createLauncher({ nodeArguments = [], environment: shared }: LauncherOptions = {}): Launcher {
  const log: string[] = [];
  const started: ManagedProcess[] = [];
  return {
    log,
    async launch(name, program, environment) {
      const managed = createManagedProcess({
        name,
        program,
        nodeArguments,
        environment: { PATH: '/usr/bin:/bin', LOG_FORMAT: 'json', ...shared, ...environment },
        onLine: (line) => log.push(line),
      });
      started.unshift(managed);
      await managed.start();
      return managed;
    },
    note(text) {
      log.push(JSON.stringify({ time: new Date().toISOString(), name: 'test', msg: text }));
    },
    async stop() {
      for (const each of started) await each.stop();
    },
  };
}
