/**
 * Writes what each chart takes, from `values/`: its `values.yaml` and `values.schema.json`, and the table of its README.
 * usage: node tools/charts/generate.ts [--check]
 */
import { format, resolveConfig } from 'prettier';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toHelmSchema, toTable, toValuesYaml, toValueTree } from './value-tree.ts';
import { chartValues } from './values/charts.ts';

const root = resolve(import.meta.dirname, '..', '..');
const [begin, end] = ['<!-- values -->', '<!-- /values -->'];
const head = '# Generated from tools/charts/values by `npm run generate`.\n';

function withTable(readme: string, table: string, file: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${file} has no place for its values: ${begin} … ${end}`);
  return `${readme.slice(0, from + begin.length)}\n\n${table}\n\n${readme.slice(to)}`;
}

const check = process.argv.includes('--check');
const stale: string[] = [];
async function write(file: string, text: string): Promise<void> {
  const written = await format(text, { ...(await resolveConfig(file)), filepath: file });
  let before: string | undefined;
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    before = undefined;
  }
  if (written === before) return;
  if (check) stale.push(file);
  else writeFileSync(file, written);
}

for (const [chart, values] of Object.entries(chartValues)) {
  const folder = join(root, 'charts', chart);
  const schema = toHelmSchema(values);
  const tree = toValueTree(schema);
  await write(join(folder, 'values.yaml'), head + toValuesYaml(tree));
  await write(join(folder, 'values.schema.json'), JSON.stringify(schema));
  const readme = join(folder, 'README.md');
  await write(readme, withTable(readFileSync(readme, 'utf8'), toTable(tree), readme));
}
if (stale.length > 0) {
  console.error(`charts are out of date; run npm run generate:\n${stale.join('\n')}`);
  process.exitCode = 1;
}
