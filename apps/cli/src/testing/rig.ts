import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Clock } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import { writeLogin } from '../auth/login-file.ts';
import type { Login } from '../auth/login-file.ts';
import { createActiveProjects } from '../config/active-projects.ts';
import type { CliIo } from '../io.ts';
import { runCli } from '../run-cli.ts';
import { demoProject, startScriptedServer } from './scripted-server.ts';
import { tokenOf } from './token-server.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const email = 'ann@example.com';

/**
 * A person's terminal: a configuration folder, a login, an active project, and a server to speak to.
 * @param systemClock for commands that speak to a real server; absent: a clock that stands
 */
export async function createRig(scratch: string, systemClock?: Clock) {
  const folder = mkdtempSync(join(scratch, 'r-'));
  const configPath = join(folder, 'config');
  const server = await startScriptedServer(folder);
  const clock = createFakeClock();
  const stop = new AbortController();
  const env: Record<string, string> = { STRM_CONFIG_PATH: configPath, STRM_API_HOST: server.host };
  const loginFile = join(configPath, 'strm-creds-accounts.strmprivacy.io.json');
  const logIn = (changes: Partial<Login> = {}) =>
    writeLogin(loginFile, {
      accessToken: tokenOf(email),
      refreshToken: 'refresh-0',
      expiresAt: (systemClock ?? clock).now() / 1000 + 3600,
      email,
      ...changes,
    });
  await logIn();
  await createActiveProjects(configPath).setProject(email, demoProject.name);

  /** Runs one command; `onOut` hears what it prints while it runs. */
  async function start(
    argv: readonly string[],
    {
      stdin = '',
      onOut = () => {},
    }: { readonly stdin?: string; readonly onOut?: (text: string) => void } = {},
  ): Promise<Ran> {
    let out = '';
    let err = '';
    const io: CliIo = {
      stdout: {
        write(text) {
          out += text;
          onOut(out);
        },
      },
      stderr: { write: (text) => (err += text) },
      stdin: Readable.from(stdin === '' ? [] : [stdin]),
      env,
      homeFolder: join(folder, 'home'),
      fetch: globalThis.fetch,
      clock: systemClock ?? clock,
      random: () => 0.5,
      signal: stop.signal,
    };
    const code = await runCli(argv, io);
    return { code, out, err };
  }

  return {
    folder,
    configPath,
    loginFile,
    server,
    clock,
    env,
    stop,
    logIn,
    start,
    run: (...argv: string[]) => start(argv),
  };
}

export type Rig = Awaited<ReturnType<typeof createRig>>;
