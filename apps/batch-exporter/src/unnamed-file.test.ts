import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { openUnnamedFile } from './unnamed-file.ts';

const folder = scratchDir();
const source = `
  import { openUnnamedFile } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'unnamed-file.ts')))};
  const file = await openUnnamedFile(process.argv[1]);
  await file.appendFile('half an object');
  process.stdout.write((await file.stat()).size.toString());
  setInterval(() => {}, 1_000);
`;

describe(openUnnamedFile, () => {
  it('gives a file that keeps what is written, and that no listing shows', async () => {
    const [one, other] = [await openUnnamedFile(folder), await openUnnamedFile(folder)];
    await one.appendFile('of one');
    await other.appendFile('of another');
    const { bytesRead, buffer } = await one.read(Buffer.alloc(100), 0, 100, 0);
    expect(buffer.toString('utf8', 0, bytesRead)).toBe('of one');
    expect(readdirSync(folder)).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  });

  it('leaves nothing behind when the process is killed with the file open', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', source, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const [written] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    expect(written.toString()).toBe(`${'half an object'.length}`);
    await expect(exited).resolves.toEqual([null, 'SIGKILL']);
    expect(readdirSync(folder)).toEqual([]);
  });
});
