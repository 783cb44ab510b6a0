import { chmod, copyFile, mkdir, readdir, realpath, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { runProgram } from '../test-servers/run-program.ts';

export interface ContextOptions {
  /** Folder that is filled: `node/` and `apps/<app>/`, each with what goes below `/`. */
  readonly folder: string;
  /** Folder of the built apps, `<app>/main.js`. */
  readonly built: string;
  readonly apps: readonly string[];
  /** The program of Node. */
  readonly node: string;
  /** Whether the base has no shared libraries: then those that Node needs come from this machine. */
  readonly withLibraries: boolean;
}

/** Packages that an app's bundle leaves out, since they find files of their own beside their sources (tools/build.ts). */
const besideBundle: Readonly<Record<string, readonly string[]>> = {
  'control-plane': ['@electric-sql/pglite'],
};
const modules = resolve(import.meta.dirname, '..', '..', 'node_modules');

/** Fills the build context of images. Files have the same times and modes whoever makes it. */
export async function prepareContext(options: ContextOptions): Promise<void> {
  const { folder, built, apps, node, withLibraries } = options;
  const ofNode = join(folder, 'node');
  await place(node, join(ofNode, 'usr', 'local', 'bin', 'node'), 0o755);
  if (withLibraries) {
    for (const library of await librariesOf(node)) await place(library, join(ofNode, library), 0o755);
  }
  // To write to where nothing is mounted over it; in a cluster something is.
  await mkdir(join(ofNode, 'tmp'), { recursive: true });
  await chmod(join(ofNode, 'tmp'), 0o1777);
  for (const app of apps) {
    const from = join(built, app);
    const to = join(folder, 'apps', app, 'app');
    // The sources that maps lead to are not in the image.
    const files = (await readdir(from)).filter((file) => !file.endsWith('.map'));
    for (const file of files) await place(join(from, file), join(to, basename(file)), 0o644);
    for (const name of besideBundle[app] ?? [])
      await placePackage(join(modules, name), join(to, 'node_modules', name));
  }
}

/** What ES modules of a package load: no maps, no types, no extensions of a database. */
async function placePackage(from: string, to: string): Promise<void> {
  for (const file of await readdir(from, { recursive: true })) {
    if (/(?:\.js|\.wasm|\.data|^package\.json|^LICENSE.*)$/.test(file))
      await place(join(from, file), join(to, file), 0o644);
  }
}

async function place(from: string, to: string, mode: number): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(await realpath(from), to);
  await chmod(to, mode);
  await utimes(to, 0, 0);
}

/** The shared libraries that a program is linked with, by their paths, the loader of programs included. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const lines = (await runProgram('ldd', [program])).split('\n');
  return lines.flatMap((line) => /(?:=> |^\s)(\/\S+) \(0x/.exec(line)?.[1] ?? []).toSorted();
}
