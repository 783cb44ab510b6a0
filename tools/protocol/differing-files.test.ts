import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { differingFiles } from './differing-files.ts';

describe(differingFiles, () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'ccd-differing-'));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  function tree(name: string, files: Record<string, string>): string {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(scratch, name, file)), { recursive: true });
      writeFileSync(join(scratch, name, file), content);
    }
    return join(scratch, name);
  }

  it('names what was changed, added and left behind, and nothing else', () => {
    const left = tree('left', { 'gen/same.ts': '1', 'gen/a/changed.ts': '1', 'gen/stale.ts': '1' });
    const right = tree('right', { 'gen/same.ts': '1', 'gen/a/changed.ts': '2', 'gen/new.ts': '1' });
    expect(differingFiles(left, right, 'gen')).toEqual(['gen/a/changed.ts', 'gen/new.ts', 'gen/stale.ts']);
  });

  it('compares a single file, and looks at nothing beside the path', () => {
    const left = tree('left', { 'index.ts': '1', 'other.ts': '1' });
    const right = tree('right', { 'index.ts': '2', 'other.ts': '2' });
    expect(differingFiles(left, right, 'index.ts')).toEqual(['index.ts']);
  });

  it('names a file that one side lacks altogether', () => {
    expect(differingFiles(tree('left', { 'index.ts': '' }), join(scratch, 'right'), 'index.ts')).toEqual([
      'index.ts',
    ]);
  });
});
