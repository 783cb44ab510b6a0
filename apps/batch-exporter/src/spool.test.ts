import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChunkPool } from './chunk-pool.ts';
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
    const spool = new Spool(() => Promise.reject(new Error('a file was opened')), 100, new ChunkPool(100));
    await spool.append(Buffer.from('one\n'));
    expect(await contentOf(spool)).toBe('one\n');
    await spool.discard();
  });

  it('gives back what was appended, however much of it went to the file, while it grows', async () => {
    const lists = fc.array(fc.uint8Array({ maxLength: 40 }));
    const sizes = fc.integer({ min: 1, max: 200 });
    const grown = fc.asyncProperty(
      lists,
      lists,
      sizes,
      sizes,
      async (first, then, memoryLimit, chunkBytes) => {
        const chunks = new ChunkPool(chunkBytes);
        // What another object left behind is nobody's.
        chunks.give([Buffer.alloc(chunkBytes, 1)]);
        const spool = new Spool(() => openUnnamedFile(folder), memoryLimit, chunks);
        try {
          for (const each of first) await spool.append(Buffer.from(each));
          expect(await contentOf(spool)).toBe(Buffer.concat(first).toString());
          for (const each of then) await spool.append(Buffer.from(each));
          const all = Buffer.concat([...first, ...then]);
          expect(await contentOf(spool)).toBe(all.toString());
          expect(spool.sha256).toBe(createHash('sha256').update(all).digest('hex'));
        } finally {
          await spool.recycle();
        }
      },
    );
    await fc.assert(grown, { numRuns: 50 });
  });

  it('gives back in order what went to the file and what is still in memory, as often as asked', async () => {
    const spool = new Spool(() => openUnnamedFile(folder), 10, new ChunkPool(10));
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`);
    for (const line of lines) await spool.append(Buffer.from(line));
    await spool.append(Buffer.from('end'));
    const expected = `${lines.join('')}end`;
    expect(await contentOf(spool)).toBe(expected);
    expect(await contentOf(spool)).toBe(expected);
    expect(spool.size).toBe(Buffer.byteLength(expected));
    await spool.discard();
  });

  it('gives its memory back overwritten, and only once nobody reads', async () => {
    const chunks = new ChunkPool(4);
    const dropped = new Spool(() => openUnnamedFile(folder), 8, chunks);
    await dropped.append(Buffer.from('one two'));
    const reading = dropped.read();
    await dropped.discard();
    const recycled = new Spool(() => openUnnamedFile(folder), 8, chunks);
    await recycled.append(Buffer.from('a keyset'));
    expect(await contentOf(recycled)).toBe('a keyset');
    await recycled.recycle();
    const again = [chunks.take(), chunks.take(), chunks.take()];
    expect(again).toEqual([Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4)]);
    await reading.return(undefined);
  });

  it('leaves nothing readable on disk', async () => {
    const path = join(folder, 'secret');
    const spool = new Spool(() => open(path, 'wx+'), 1, new ChunkPool(5));
    await spool.append(Buffer.from('keyset material'));
    await spool.discard();
    const stored = readFileSync(path);
    expect(stored).toHaveLength('keyset material'.length);
    expect(stored.includes('keyset')).toBe(false);
  });
});
