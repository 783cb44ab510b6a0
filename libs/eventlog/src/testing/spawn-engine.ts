import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An embedded engine in a process of its own. */
export interface SpawnedEngine {
  readonly socketPath: string;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('engine-process.ts', import.meta.url));

type Command = [string, ...string[]];

/**
 * Starts an engine over `folder` and resolves once it listens.
 * @param on changes the command line, to run it on a core of its own
 */
export async function spawnEngine(
  folder: string,
  on: (command: Command) => Command = (command) => command,
): Promise<SpawnedEngine> {
  const socketPath = join(folder, 'run', 'log.sock');
  const [command, ...args] = on([
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    program,
    join(folder, 'data'),
    socketPath,
  ]);
  const engine = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(engine.stdout, 'data');
  return {
    socketPath,
    async stop() {
      const gone = once(engine, 'exit');
      engine.kill('SIGTERM');
      await gone;
    },
  };
}
