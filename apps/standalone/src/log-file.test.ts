import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { openLogFile } from './log-file.ts';

describe(openLogFile, () => {
  const folder = scratchDir();
  const pathOf = (name: string): string => join(folder, name, 'ccd.log');
  const read = (path: string): Promise<string> => readFile(path, 'utf8');

  it('keeps the lines of a running system where they are when another start fails beside it', async () => {
    const path = pathOf('shared');
    const running = openLogFile(path);
    running.write('before');
    for (const attempt of ['one', 'two']) {
      const failing = openLogFile(path);
      failing.write(attempt);
      await failing.close();
    }
    running.write('after');
    await running.close();
    const lines = (await read(path)).trimEnd().split('\n');
    expect(lines.toSorted()).toEqual(['after', 'before', 'one', 'two']);
  });

  it('moves aside what is too large, an earlier start included', async () => {
    const path = pathOf('large');
    const earlier = openLogFile(path, 8);
    earlier.write('123456789');
    await earlier.close();
    const later = openLogFile(path, 8);
    later.write('new');
    await later.close();
    expect(await Promise.all([read(path), read(`${path}.1`)])).toEqual(['new\n', '123456789\n']);
  });

  it('goes on when its folder was removed', async () => {
    const path = pathOf('removed');
    const log = openLogFile(path, 4);
    log.write('lost');
    await rm(dirname(path), { recursive: true });
    log.write('kept');
    await log.close();
    expect(await read(path)).toBe('kept\n');
  });
});
