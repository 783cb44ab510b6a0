import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { failpoint } from '@ccd/failpoints';
import { z } from 'zod';
import type { WorkloadSpec } from '../port.ts';
import { makeFolder, writeNewFile } from './files.ts';
import { createLineSplitter } from './line-splitter.ts';
import { instanceVariable, recordProcess } from './strays.ts';
import { BlockedError } from './supervisor.ts';
import type { Exit, Report, Running } from './supervisor.ts';

/** What runs for an app: from the agent's configuration, never from a control plane. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface LaunchOptions {
  readonly program: Program;
  readonly spec: WorkloadSpec;
  readonly baseEnv: Readonly<Record<string, string>>;
  /** The workload's own folder for what runs now; made anew for each process. */
  readonly runFolder: string;
  /** The folder of a secret's files, or undefined while there is no such secret. */
  readonly secretFolder: (name: string) => Promise<string | undefined>;
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly onReport: (report: Report) => void;
}

/**
 * What `notifyReady` and `notifyFailing` of `@ccd/service` send over the IPC channel. The two packages don't know each
 * other, so a change here is a change there.
 */
const messageSchema = z.discriminatedUnion('state', [
  z.object({ type: z.literal('ccd.workload'), state: z.literal('running') }),
  z.object({
    type: z.literal('ccd.workload'),
    state: z.literal('failing'),
    reason: z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/),
    message: z.string().max(2_000),
  }),
]);

/**
 * Starts the process of a workload: its files in CONFIG_DIR, its secrets below SECRETS_DIR, nothing inherited from our
 * own environment, an IPC channel that tells it when we are gone.
 * @throws BlockedError when a secret is missing
 */
export async function launch(options: LaunchOptions): Promise<Running> {
  const { program, spec, baseEnv, runFolder, onReport } = options;
  const instance = randomUUID();
  const { config, secrets } = await prepareFolder(options, instance);
  const child = spawn(program.command, program.args, {
    env: {
      ...baseEnv,
      ...program.env,
      ...spec.env,
      CONFIG_DIR: config,
      SECRETS_DIR: secrets,
      [instanceVariable]: instance,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C in our terminal must not overtake the ordered stop.
    detached: true,
    windowsHide: true,
  });
  failpoint('cluster.afterSpawn');
  forwardLines(child, options.onLine);
  child.on('message', (message) => {
    const parsed = messageSchema.safeParse(message);
    if (parsed.success) onReport(parsed.data);
  });
  const exited = untilExit(child);
  try {
    if (child.pid !== undefined) await recordProcess(runFolder, { pid: child.pid, instance });
  } catch (error) {
    killGroup(child);
    await exited;
    throw error;
  }
  return {
    exited,
    kill: (signal) => {
      if (signal === 'SIGKILL') killGroup(child);
      else child.kill(signal);
    },
  };
}

/** Also what the process may have started itself. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // No groups on this system, or it ended just now.
    child.kill('SIGKILL');
  }
}

async function prepareFolder({ spec, runFolder, secretFolder }: LaunchOptions, instance: string) {
  // What an earlier process had; none is running now.
  await rm(runFolder, { recursive: true, force: true });
  const [config, secrets] = [join(runFolder, instance, 'config'), join(runFolder, instance, 'secrets')];
  await makeFolder(config);
  await makeFolder(secrets);
  for (const name of spec.secrets) {
    const folder = await secretFolder(name);
    if (folder === undefined)
      throw new BlockedError('SecretNotFound', `the secret ${name} does not exist (yet)`);
    await symlink(folder, join(secrets, name));
  }
  for (const [name, text] of Object.entries(spec.files)) await writeNewFile(join(config, name), text);
  return { config, secrets };
}

function forwardLines(child: ChildProcess, onLine: LaunchOptions['onLine']): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const splitter = createLineSplitter((line) => {
      onLine(stream, line);
    });
    child[stream]?.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
    });
    child[stream]?.once('end', splitter.end);
  }
}

/** 'exit' and not 'close', which never comes once the channel was closed. */
async function untilExit(child: ChildProcess): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  child.once('exit', (code, signal) => {
    resolve({ how: signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}` });
  });
  child.on('error', (error: NodeJS.ErrnoException) => {
    // Also emitted for messages that could not be sent to a process that lives.
    if (child.pid === undefined)
      resolve({ how: `it could not be started: ${error.code ?? 'unknown error'}` });
  });
  return promise;
}
