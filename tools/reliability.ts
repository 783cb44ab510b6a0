/**
 * Runs every suite that has a full size at that size, and prints what each did.
 * usage: node tools/reliability.ts [part of a test file's path …]
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const wanted = process.argv.slice(2);

/** Suites say by `scaled` how large they are in full. */
const suites = globSync(['apps/*/src/**/*.test.ts', 'libs/*/src/**/*.test.ts'], { cwd: root })
  .filter((file) => /\bscaled\(\d/.test(readFileSync(join(root, file), 'utf8')))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .toSorted();

function readSummary(file: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  } catch {
    return [];
  }
}

const folder = mkdtempSync(join(tmpdir(), 'ccd-reliability-'));
const summary = join(folder, 'summary.jsonl');
console.log(`At full size, one after the other:\n${suites.map((suite) => `  ${suite}`).join('\n')}\n`);
// One at a time: what they have killed is slow enough to come back without the others.
const { status } = spawnSync(
  process.execPath,
  [
    ...[
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ],
    ...['-i', '--verbose', ...suites],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CCD_FULL: '1', CCD_SUMMARY: summary } },
);
for (const { suite, ...facts } of readSummary(summary)) {
  console.log(`\n${String(suite)}`);
  for (const [name, value] of Object.entries(facts))
    console.log(`  ${name.padEnd(20)} ${JSON.stringify(value)}`);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
