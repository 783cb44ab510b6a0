/**
 * Runs the benchmarks of all apps and libs, one after the other, each in a process of its own.
 * usage: npm run bench -- [--quick] [--engines real] [--save] [--warn] [name …]
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findBenches } from './bench/find-benches.ts';
import type { Engines } from './bench/find-benches.ts';
import { machine, toTable } from './bench/print.ts';
import { readRecord, worsened, writeRecord } from './bench/record.ts';
import type { BenchResult } from './bench/record.ts';
import { runBench } from './bench/run-bench.ts';
import { versionsOf } from './bench/server-versions.ts';
import { writeReadme } from './bench/write-readme.ts';

const root = resolve(import.meta.dirname, '..');
const readmeFile = join(root, 'bench', 'README.md');

/** What differs between runs with nothing but the repository, and runs with servers. */
const kinds = {
  embedded: {
    recordFile: join(root, 'bench', 'results.json'),
    section: 'last run',
    // Soaks take as long as they are told to.
    withinMs: 24 * 3_600_000,
    describe: machine,
  },
  real: {
    recordFile: join(root, 'bench', 'results-real.json'),
    section: 'last run on real engines',
    // Of each benchmark; what they wait for has shorter ones.
    withinMs: 300_000,
    describe: () => `${machine()}; ${versionsOf(['kafka', 'redis', 's3'])}`,
  },
} as const satisfies Record<Engines, unknown>;

/** Of each benchmark of a quick run; all of them together are to take two minutes. */
const quickWithinMs = 60_000;

const help = `usage: npm run bench -- [--quick] [--engines real] [--save] [--warn] [name …]

Prints what each part costs, as tables: the ratio to a baseline of the same run first.
  --quick         all of them in less than two minutes, with more noise
  --engines real  those that need servers (npm run test-servers) instead of those that need nothing
  --save          keep the run in bench/, for people and for later comparisons
  --warn          compare with the kept run; a ratio that got worse by more than a fifth is printed as a warning
  name            only benchmarks whose name contains it`;

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
  const { recordFile, section, withinMs, describe } = kinds[engines];
  const results: BenchResult[] = [];
  const failures: unknown[] = [];
  const surroundings = describe();
  console.log(`${surroundings}\n`);
  for (const bench of benches) {
    try {
      const result = await runBench(bench, {
        quick: values.quick,
        withinMs: values.quick ? quickWithinMs : withinMs,
      });
      results.push(result);
      console.log(`${toTable(result)}\n`);
    } catch (error) {
      // The others say what they have to say.
      failures.push(error);
    }
  }
  const record = values.warn ? readRecord(recordFile) : undefined;
  for (const sentence of record === undefined ? [] : worsened(record, results)) {
    console.log(`warning: ${sentence}`);
  }
  if (values.save && results.length > 0) {
    const date = new Date().toISOString().slice(0, 10);
    writeReadme(readmeFile, section, writeRecord(recordFile, { date, machine: surroundings, results }));
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
