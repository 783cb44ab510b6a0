import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { intoCache } from './into-cache.ts';

describe(intoCache, () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'ccd-cache-'));
  });
  afterEach(() => {
    rmSync(cache, { recursive: true });
  });

  it('gives a folder its name only when it is complete', async () => {
    const folder = join(cache, 'deep', 'server-1.0');
    await intoCache(folder, async (part) => {
      expect(existsSync(folder)).toBe(false);
      writeFileSync(join(part, 'program'), '');
    });
    expect(readdirSync(folder)).toEqual(['program']);
  });

  it('leaves nothing when filling it fails', async () => {
    await expect(
      intoCache(join(cache, 'server-1.0'), async () => {
        throw new Error('unreachable');
      }),
    ).rejects.toThrow('unreachable');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('removes what an interrupted run has left, and nothing of one that still runs', async () => {
    // Larger than any process id that Linux hands out.
    const [left, running] = ['server-1.0.99999999.part', `server-1.0.${process.ppid}.part`];
    mkdirSync(join(cache, left));
    mkdirSync(join(cache, running));
    await intoCache(join(cache, 'server-1.0'), async () => {});
    expect(readdirSync(cache).toSorted()).toEqual(['server-1.0', running]);
  });
});
