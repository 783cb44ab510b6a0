import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as jestGlobals from '@jest/globals';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { afterAll }: typeof jestGlobals;

/** A folder of the test file's own, removed after its last test. Short enough for Unix sockets. */
export function scratchDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
