import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { Spool } from './spool.ts';
import { openUnnamedFile } from './unnamed-file.ts';

const folder = scratchDir();

async function contentOf(spool: Spool): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of spool.read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe(Spool, () => {
  it('keeps a little in memory and touches no file', async () => {
    const spool = new Spool(() => Promise.reject(new Error('a file was opened')), 100);
    await spool.append(Buffer.from('one\n'));
    expect(await contentOf(spool)).toBe('one\n');
    await spool.discard();
  });

  it('gives back in order what went to the file and what is still in memory, as often as asked', async () => {
    const spool = new Spool(() => openUnnamedFile(folder), 10);
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`);
    for (const line of lines) await spool.append(Buffer.from(line));
    await spool.append(Buffer.from('end'));
    const expected = `${lines.join('')}end`;
    expect(await contentOf(spool)).toBe(expected);
    expect(await contentOf(spool)).toBe(expected);
    expect(spool.size).toBe(Buffer.byteLength(expected));
    await spool.discard();
  });

  it('leaves nothing readable on disk', async () => {
    const path = join(folder, 'secret');
    const spool = new Spool(() => open(path, 'wx+'), 1);
    await spool.append(Buffer.from('keyset material'));
    await spool.discard();
    const stored = readFileSync(path);
    expect(stored).toHaveLength('keyset material'.length);
    expect(stored.includes('keyset')).toBe(false);
  });
});
