/**
 * Bundles apps into `dist/apps/<app>/`: each `main.ts`, or `*-main.ts` beside it, becomes one file that Node runs.
 * usage: node tools/build.ts [--quiet] [--out <folder instead of dist>] [app or apps/app, or a program's file …]
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** Packages that find files of their own beside their sources, which a bundle would lose. */
const external = ['@electric-sql/pglite', 'pg-native'];

/** A package that reads a WebAssembly file from beside its source has a form that holds it, made for bundles. */
const alias = { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' };

/** What packages written for CommonJS expect to find in an ES module. */
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __pathDirname } from 'node:path';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = __pathDirname(__filename);',
].join('\n');

function entryPoints(app: string): string[] {
  const source = join(root, 'apps', app, 'src');
  if (!existsSync(source)) throw new Error(`no such app: ${app}`);
  return readdirSync(source)
    .filter((file) => /^(.+-)?main\.ts$/.test(file))
    .map((file) => join(source, file));
}

async function bundle(entries: readonly string[], outdir: string): Promise<void> {
  if (entries.length === 0) return;
  await build({
    entryPoints: entries.map((entry) => ({ in: entry, out: basename(entry, '.ts') })),
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    sourcemap: 'linked',
    legalComments: 'linked',
    logLevel: 'warning',
    external,
    alias,
    banner: { js: banner },
  });
}

const { values, positionals } = parseArgs({
  options: { quiet: { type: 'boolean' }, out: { type: 'string', default: join(root, 'dist') } },
  allowPositionals: true,
});
for (const named of positionals.length > 0 ? positionals : readdirSync(join(root, 'apps'))) {
  const isFile = named.endsWith('.ts');
  const entries = isFile ? [resolve(named)] : entryPoints(basename(named));
  const folder = isFile ? basename(dirname(named)) : basename(named);
  await bundle(entries, join(values.out, 'apps', folder));
  if (values.quiet !== true)
    console.log(`${folder}: ${entries.length} bundle${entries.length === 1 ? '' : 's'}`);
}
