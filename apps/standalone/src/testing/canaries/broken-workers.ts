import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Canaries } from './planted.ts';

const apps = resolve(import.meta.dirname, '../../../..');

/** What processes say that end by an error of their input, each with planted values in what they choke on. */
export async function lastWordsOfBrokenWorkers(folder: string, { of }: Canaries): Promise<string> {
  const good = {
    STRM_API_HOST: '127.0.0.1',
    STRM_API_PORT: '1',
    STRM_API_TLS: 'false',
    STRM_AUTH_URL: 'http://127.0.0.1:1',
    STRM_AUTH_CLIENT_ID: 'ins',
    STRM_AUTH_CLIENT_SECRET: of('environment'),
    STRM_INSTALLATION_ID: 'i',
    EVENTLOG_SOCKET: join(folder, 'none.sock'),
    KEY_LOOKUP_SECRET: Buffer.alloc(32, 1).toString('base64'),
    KEY_ENCRYPTION_KEYS: `first:${Buffer.alloc(32, 2).toString('base64')}`,
    CACHE_DIR: join(folder, 'cache'),
    SECRETS_DIR: join(folder, 'secrets'),
  };
  const tasks = {
    torn: `{"streamId": "${of('task')}`,
    wrong: JSON.stringify({ streamId: 5, masking: { seed: of('task') }, [of('task')]: 1 }),
  };
  for (const [name, text] of Object.entries(tasks)) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'task.json'), text);
  }
  const runs = ['decrypter', 'batch-exporter'].flatMap((app) => [
    run(app, { ...good, CONFIG_DIR: join(folder, 'torn') }),
    run(app, { ...good, CONFIG_DIR: join(folder, 'wrong') }),
    run(app, {
      ...good,
      CONFIG_DIR: join(folder, 'wrong'),
      KEY_LOOKUP_SECRET: of('setting'),
    }),
    run(app, { ...good, CONFIG_DIR: join(folder, 'wrong'), KEY_ENCRYPTION_KEYS: `first:${of('setting')}` }),
  ]);
  return (await Promise.all(runs)).join('\n');
}

/** Output of a process, and how it ended: not well. */
async function run(app: string, env: Readonly<Record<string, string>>): Promise<string> {
  const entry = join(apps, app, 'src/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LOG_LEVEL: 'trace', ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((end) => child.once('close', end));
  if (code === 0 || code === null) throw new Error(`${app} should have ended with an error`);
  return `${app} ended with ${code}: ${text}`;
}
