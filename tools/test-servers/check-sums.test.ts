import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkSums } from './check-sums.ts';

const line = (name: string, content: string): string =>
  `${createHash('sha256').update(content).digest('hex')}  ${name}\n`;

describe(checkSums, () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ccd-sums-'));
    writeFileSync(join(folder, 'a.jar'), 'a');
    writeFileSync(join(folder, 'b.jar'), 'b');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('accepts a folder that has just what is listed', () => {
    expect(() => {
      checkSums(folder, line('a.jar', 'a') + line('b.jar', 'b'));
    }).not.toThrow();
  });

  it('names each file that is missing, changed or not on the list', () => {
    expect(() => {
      checkSums(folder, line('a.jar', 'other') + line('c.jar', 'c'));
    }).toThrow(
      'not the files that were pinned: b.jar is not on the list, c.jar is missing, a.jar has another content',
    );
  });
});
