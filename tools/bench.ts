/**
 * Runs the benchmarks of all apps and libs, one after the other, each in a process of its own.
 * usage: npm run bench -- [--quick] [--engines real] [--save] [--warn] [name …]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { onCore } from '@ccd/testkit/bench';
import { findBenches } from './bench/find-benches.ts';
import type { BenchFile } from './bench/find-benches.ts';
import { machine, toTable } from './bench/print.ts';
import { readRecord, worsened, writeRecord } from './bench/record.ts';
import type { BenchResult } from './bench/record.ts';
import { writeReadme } from './bench/write-readme.ts';

const root = resolve(import.meta.dirname, '..');
const [recordFile, readmeFile] = [join(root, 'bench', 'results.json'), join(root, 'bench', 'README.md')];

const help = `usage: npm run bench -- [--quick] [--engines real] [--save] [--warn] [name …]

Prints what each part costs, as tables: the ratio to a baseline of the same run first.
  --quick         all of them in less than two minutes, with more noise
  --engines real  those that need servers (npm run test-servers) instead of those that need nothing
  --save          keep the run in bench/, for people and for later comparisons
  --warn          compare with the kept run; a ratio that got worse by more than a fifth is printed as a warning
  name            only benchmarks whose name contains it`;

async function runOne({ name, file }: BenchFile, quick: boolean): Promise<BenchResult> {
  const [program, ...args] = onCore(0, [
    process.execPath,
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'bench', 'run-one.ts'),
    file,
    ...(quick ? ['--quick'] : []),
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const [ended, printed] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    text(child.stdio[3] as Readable),
  ]);
  if (ended[0] !== 0) throw new Error(`benchmark ${name} ended with ${ended[0] ?? 'a signal'}`);
  return { name, ...(JSON.parse(printed) as Omit<BenchResult, 'name'>) };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      quick: { type: 'boolean', default: false },
      engines: { type: 'string', default: 'embedded' },
      save: { type: 'boolean', default: false },
      warn: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return;
  }
  const { engines } = values;
  if (engines !== 'embedded' && engines !== 'real') {
    throw new Error(`--engines is ${JSON.stringify(engines)}; give embedded or real`);
  }
  const benches = findBenches(root, engines, positionals);
  if (benches.length === 0) throw new Error(`no benchmark is called ${positionals.join(' or ')}`);
  const results: BenchResult[] = [];
  console.log(`${machine()}\n`);
  for (const bench of benches) {
    const result = await runOne(bench, values.quick);
    results.push(result);
    console.log(`${toTable(result)}\n`);
  }
  const record = values.warn ? readRecord(recordFile) : undefined;
  for (const sentence of record === undefined ? [] : worsened(record, results)) {
    console.log(`warning: ${sentence}`);
  }
  if (values.save) {
    const date = new Date().toISOString().slice(0, 10);
    writeReadme(readmeFile, writeRecord(recordFile, { date, machine: machine(), results }));
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
