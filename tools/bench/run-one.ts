/** Runs one benchmark and writes its result to file descriptor 3. usage: node tools/bench/run-one.ts FILE [--quick] */
import { writeFileSync } from 'node:fs';
import type { Bench } from '@ccd/testkit/bench';

const [file, ...flags] = process.argv.slice(2);
if (file === undefined) throw new Error('started by tools/bench.ts alone');
const module = (await import(file)) as { readonly bench?: Bench };
if (module.bench === undefined) throw new Error(`${file} exports no bench`);
const { title, run } = module.bench;
const figures = await run({
  quick: flags.includes('--quick'),
  progress: (what) => process.stderr.write(`  … ${what}\n`),
});
writeFileSync(3, JSON.stringify({ title, figures }));
