import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As a program, because the types of its API declare globals that clash with Node's. */
const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));

/** The module that a source of AssemblyScript compiles to, with these features of WebAssembly switched on. */
export function compile(folder: string, source: string, features: readonly string[]): Uint8Array {
  const scratch = mkdtempSync(join(tmpdir(), 'ccd-wasm-'));
  const binary = join(scratch, 'module.wasm');
  const options = [
    ...['--outFile', binary, '--runtime', 'stub', '--initialMemory', '1'],
    ...['-O3', '--noAssert', '--enable', features.join(',')],
    // Between files, functions pass vectors; those that are exported do not.
    ...['--disableWarning', '112'],
  ];
  try {
    const { status, stderr } = spawnSync(process.execPath, [compiler, source, ...options], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0 || stderr !== '') throw new Error(`${source} does not compile:\n${stderr}`);
    return readFileSync(binary);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
