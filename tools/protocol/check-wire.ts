/**
 * Compares `protos/` with the table of the public protocol: packages, names, numbers, types and labels.
 * usage: node tools/protocol/check-wire.ts
 * The table stands in ../shared, where the protocol is worked on; without it there is nothing to compare with.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDescriptors, repositoryRoot } from './buf.ts';

const comparison = join(repositoryRoot, '../shared/protocol/check.mjs');

function compare(): number {
  const scratch = mkdtempSync(join(tmpdir(), 'ccd-wire-'));
  try {
    const descriptors = join(scratch, 'descriptors.json');
    buildDescriptors(descriptors);
    const { status } = spawnSync(process.execPath, [comparison, descriptors, '--list'], { stdio: 'inherit' });
    return status ?? 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (existsSync(comparison)) process.exitCode = compare();
else console.log('public protocol: not compared, since ../shared/protocol is not here');
