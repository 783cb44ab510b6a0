/**
 * Writes the settings table of each app into its README, between the markers, from the schema in its `config.ts`.
 * usage: node tools/settings.ts [--check]
 */
import { format, resolveConfig } from 'prettier';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeConfig } from '@ccd/service';

const root = resolve(import.meta.dirname, '..');
const [begin, end] = ['<!-- settings -->', '<!-- /settings -->'];

type ConfigModule = { configSchema: Parameters<typeof describeConfig>[0] };

async function settingsOf(app: string): Promise<string | undefined> {
  const file = join(root, 'apps', app, 'src', 'config.ts');
  if (!existsSync(file)) return undefined;
  const module: unknown = await import(file);
  if (!isConfigModule(module)) throw new Error(`apps/${app}/src/config.ts exports no configSchema`);
  return describeConfig(module.configSchema);
}

function isConfigModule(module: unknown): module is ConfigModule {
  return typeof module === 'object' && module !== null && 'configSchema' in module;
}

function withTable(readme: string, table: string, file: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${file} has no place for its settings: ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${table.trim()}\n\n${readme.slice(to)}`;
}

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const app of readdirSync(join(root, 'apps'))) {
  const table = await settingsOf(app);
  if (table === undefined) continue;
  const file = join(root, 'apps', app, 'README.md');
  const readme = readFileSync(file, 'utf8');
  const written = await format(withTable(readme, table, file), {
    ...(await resolveConfig(file)),
    filepath: file,
  });
  if (written === readme) continue;
  if (check) stale.push(file);
  else writeFileSync(file, written);
}
if (stale.length > 0) {
  console.error(`settings tables are out of date; run npm run generate:\n${stale.join('\n')}`);
  process.exitCode = 1;
}
