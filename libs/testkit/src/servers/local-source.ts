import { spawn } from 'node:child_process';
import { chownSync, closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { inheritedEnv } from './config.ts';
import { withDescendants } from './descendants.ts';
import { ServerFailedError } from './errors.ts';
import { theJanitor } from './janitor.ts';
import { logTail } from './log-tail.ts';
import type { LocalServer } from './local-server.ts';
import type { RunningServer, ServerCommand, ServerSource } from './source.ts';
import type { ServerKind } from './server-kind.ts';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The programs of this machine. */
export function createLocalSource(kind: ServerKind, files: LocalServer): ServerSource {
  const owner = kind === 'postgres' ? otherThanRoot() : undefined;

  function launch({ program, args, env, folder, logFile }: ServerCommand) {
    const log = openSync(logFile, 'a');
    // Not in the group of the terminal: a server has to survive the Ctrl-C of a test that is about to stop it.
    const file = files[program] ?? program;
    const [start, ...first] = file.endsWith('.js') ? [process.execPath, file] : [file];
    const child = spawn(start, [...first, ...args], {
      cwd: folder,
      env: { ...inheritedEnv, ...env },
      stdio: ['ignore', log, log],
      detached: true,
      ...owner,
    });
    closeSync(log);
    return child;
  }

  return {
    kind,
    file: (name) => files[name],
    adopt(path) {
      if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    },

    async run(command) {
      const [code] = (await once(launch(command), 'exit')) as [number | null];
      if (code !== 0) {
        throw new ServerFailedError(
          kind,
          `${command.program} ended with ${String(code)}`,
          logTail(command.logFile),
        );
      }
    },

    async start(command): Promise<RunningServer> {
      const child = launch(command);
      const { pid } = child;
      if (pid !== undefined) theJanitor().add(`pid:${pid}`);
      await once(child, 'spawn');
      if (pid === undefined) throw new ServerFailedError(kind, 'did not start', logTail(command.logFile));
      let hasEnded = false;
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => {
          hasEnded = true;
          theJanitor().drop(`pid:${pid}`);
          resolve();
        });
      });
      // A server that runs is no reason to go on; one that is waited for is.
      child.unref();
      return {
        async signal(signal) {
          // A server tells its children itself that it is to end.
          const pids = signal === 'SIGTERM' || signal === 'SIGINT' ? [pid] : await withDescendants(pid);
          if (hasEnded) return;
          for (const each of pids) send(each, signal);
        },
        hasEnded: () => hasEnded,
        waitUntilEnded() {
          if (!hasEnded) child.ref();
          return ended;
        },
      };
    },
  };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Ended in the meantime. Errors of Node itself are none of jest's class Error.
    if (!(typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH'))
      throw error;
  }
}

/** PostgreSQL refuses to run as root; undefined for everyone else. */
function otherThanRoot(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody']
    .map((name) => users.find(([its]) => its === name))
    .find((it) => it !== undefined);
  if (user === undefined)
    throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody"');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
