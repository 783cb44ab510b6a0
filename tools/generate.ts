/**
 * Brings everything that is generated up to date: the code of `protos/`, the settings tables of the READMEs, what the
 * charts take, and the WebAssembly modules of libs/privacy.
 * usage: node tools/generate.ts [--check]   --check changes nothing and fails when something is out of date
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const generators = [
  'tools/protocol/generate.ts',
  'tools/settings.ts',
  'tools/charts/generate.ts',
  'libs/privacy/wasm/generate.ts',
];

for (const script of generators) {
  const { status } = spawnSync(process.execPath, [script, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
