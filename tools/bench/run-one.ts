/** Runs one benchmark and sends its result to the process that started it. usage: node tools/bench/run-one.ts FILE [--quick] */
import { ServerMissingError } from '@ccd/testkit/servers';
import type { Bench } from '@ccd/testkit/bench';
import type { BenchResult } from './record.ts';

// Servers that it has started, and what it has spawned, end with it.
process.on('disconnect', () => {
  process.exit(1);
});

const [file, ...flags] = process.argv.slice(2);
if (file === undefined || process.send === undefined) throw new Error('started by tools/bench.ts alone');
const module = (await import(file)) as { readonly bench?: Bench };
if (module.bench === undefined) throw new Error(`${file} exports no bench`);
const { title, run } = module.bench;

async function figures(): Promise<BenchResult['figures']> {
  try {
    return await run({
      quick: flags.includes('--quick'),
      progress: (what) => process.stderr.write(`  … ${what}\n`),
    });
  } catch (error) {
    if (error instanceof ServerMissingError) return [{ what: 'everything', missing: error.message }];
    throw error;
  }
}

process.send({ title, figures: await figures() } satisfies Omit<BenchResult, 'name'>, () => {
  // A client that was given up may still hold connections.
  process.exit(0);
});
