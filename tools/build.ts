/**
 * Bundles apps into `dist/apps/<app>/`: each `main.ts`, or `*-main.ts` beside it, becomes one file that Node runs.
 * usage: node tools/build.ts [--quiet] [app or apps/app …]
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** Packages that find files of their own beside their sources, which a bundle would lose. */
const external = ['@electric-sql/pglite', 'pg-native'];

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
  return readdirSync(source)
    .filter((file) => /^(.+-)?main\.ts$/.test(file))
    .map((file) => join(source, file));
}

async function bundle(app: string): Promise<number> {
  const entries = entryPoints(app);
  if (entries.length === 0) return 0;
  await build({
    entryPoints: entries.map((entry) => ({ in: entry, out: basename(entry, '.ts') })),
    outdir: join(root, 'dist', 'apps', app),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    sourcemap: 'linked',
    legalComments: 'linked',
    logLevel: 'warning',
    external,
    banner: { js: banner },
  });
  return entries.length;
}

const args = process.argv.slice(2);
const quiet = args.includes('--quiet');
const named = args.filter((arg) => !arg.startsWith('--')).map((arg) => basename(arg));
const apps = named.length > 0 ? named : readdirSync(join(root, 'apps'));
for (const app of apps) {
  if (!existsSync(join(root, 'apps', app, 'src'))) throw new Error(`no such app: ${app}`);
  const count = await bundle(app);
  if (!quiet) console.log(`${app}: ${count} bundle${count === 1 ? '' : 's'}`);
}
