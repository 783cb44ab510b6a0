/**
 * Writes libs/protocol from `protos/`: the messages and services (ts-proto, settings in buf.gen.yaml), the descriptors
 * that the registry reads, and the index.
 * usage: node tools/protocol/generate.ts [--check]
 * --check changes nothing; it names the files that differ from what would be written, and fails if there are any.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildDescriptors, repositoryRoot, runBuf } from './buf.ts';
import { differingFiles } from './differing-files.ts';
import { descriptorsModule, indexModule } from './modules.ts';

/** Beside these, libs/protocol/src holds files that people write. */
const generated = ['libs/protocol/src/gen', 'libs/protocol/src/index.ts'];

function generateInto(root: string): void {
  const source = join(root, 'libs/protocol/src');
  const descriptors = join(root, 'descriptors.binpb');
  runBuf('generate', '--output', root);
  buildDescriptors(descriptors);
  write(join(source, 'gen/descriptors.ts'), descriptorsModule(readFileSync(descriptors)));
  write(join(source, 'index.ts'), indexModule(join(source, 'gen')));
  rmSync(descriptors);
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function check(): void {
  const scratch = mkdtempSync(join(tmpdir(), 'ccd-protocol-'));
  try {
    generateInto(scratch);
    const stale = generated.flatMap((path) => differingFiles(repositoryRoot, scratch, path));
    if (stale.length === 0) return;
    console.error(`out of date with protos/; run npm run generate:\n${stale.join('\n')}`);
    process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) check();
else generateInto(repositoryRoot);
