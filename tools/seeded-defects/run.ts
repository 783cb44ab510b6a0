/**
 * Puts each seeded defect into a copy of the repository and runs the tests that have to notice it.
 * usage: node tools/seeded-defects/run.ts [part of a defect's name …]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { powerCutNeed } from '../../libs/testkit/src/power-cut-need.ts';
import { copyTree } from './copy-tree.ts';
import { defects } from './defects.ts';
import type { Defect } from './defect.ts';
import { runTests } from './run-tests.ts';
import { seed } from './seed.ts';

type Verdict = { readonly state: 'caught' | 'missed' | 'not tried'; readonly by: string };

const root = resolve(import.meta.dirname, '../..');
const wanted = process.argv.slice(2);
const chosen = defects.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
const noPowerCuts = powerCutNeed().missing;

function tryOut(copy: string, defect: Defect): Verdict {
  if (defect.needsPowerCuts === true && noPowerCuts !== undefined) {
    return { state: 'not tried', by: noPowerCuts };
  }
  const { sound, defective } = seed(root, defect);
  writeFileSync(join(copy, defect.file), defective);
  try {
    const { failed } = runTests(copy, defect.caughtBy, defect.titles);
    const [first] = failed;
    if (first === undefined) return { state: 'missed', by: defect.caughtBy.join(', ') };
    return { state: 'caught', by: failed.length === 1 ? first : `${first} (and ${failed.length - 1} more)` };
  } finally {
    writeFileSync(join(copy, defect.file), sound);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'ccd-defects-'));
const copy = join(folder, 'tree');
let missed = 0;
try {
  copyTree(root, copy);
  // A test that fails anyway catches nothing.
  const { failed } = runTests(copy, [...new Set(chosen.flatMap(({ caughtBy }) => caughtBy))]);
  if (failed.length > 0) throw new Error(`without any defect these fail: ${failed.join(', ')}`);
  for (const [index, defect] of chosen.entries()) {
    const { state, by } = tryOut(copy, defect);
    if (state === 'missed') missed += 1;
    console.log(`${`${index + 1}`.padStart(2)}  ${state.padEnd(9)}  ${defect.name}\n               ${by}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${chosen.length} seeded defects, ${missed} missed`);
process.exitCode = missed === 0 ? 0 : 1;
