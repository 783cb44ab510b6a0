import { spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

export const repositoryRoot = resolve(import.meta.dirname, '../..');

const binaries = join(repositoryRoot, 'node_modules', '.bin');

/**
 * Runs the pinned buf in the repository root, with the plugins of node_modules on its PATH.
 * @throws Error when buf fails; what it said is already on stderr
 */
export function runBuf(...args: string[]): void {
  const buf = join(repositoryRoot, 'node_modules', '@bufbuild', 'buf', 'bin', 'buf');
  const { status, error } = spawnSync(process.execPath, [buf, ...args], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: [binaries, process.env['PATH'] ?? ''].join(delimiter) },
  });
  if (status !== 0) throw new Error(`buf ${args.join(' ')} failed`, { cause: error });
}

/** Compiles `protos/` to one file, without comments and source positions; the ending decides between JSON and binary. */
export function buildDescriptors(file: string): void {
  runBuf('build', 'protos', '--as-file-descriptor-set', '--exclude-source-info', '--output', file);
}
