import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { scratchDir } from '../scratch-dir.ts';
import { describeWithServers } from './index.ts';
import { accepts } from './test-server.ts';

describeWithServers(['redis', 'postgres'], 'the janitor', () => {
  const folder = scratchDir();

  it('ends servers and removes their folders when the process that started them is killed', async () => {
    const program = join(folder, 'start.ts');
    const entry = join(import.meta.dirname, 'index.ts');
    writeFileSync(
      program,
      `import { startPostgres, startRedis } from ${JSON.stringify(entry)};
const servers = [await startRedis(), await startPostgres()];
process.stdout.write(JSON.stringify(servers.map(({ port, folder }) => ({ port, folder }))) + '\\n');
setInterval(() => {}, 1_000);
`,
    );
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const servers = JSON.parse(line) as readonly { readonly port: number; readonly folder: string }[];
    const signs = (): Promise<readonly boolean[]> =>
      Promise.all(servers.map(async (server) => existsSync(server.folder) || accepts(server.port)));
    await expect(signs()).resolves.toEqual([true, true]);
    child.kill('SIGKILL');
    await eventually('nothing is left', async () => (await signs()).every((sign) => !sign));
  });
});
