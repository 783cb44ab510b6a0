import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface BenchFile {
  /** File name without its ending; names the benchmark on the command line and in the record. */
  readonly name: string;
  readonly file: string;
}

/** On which engines: those that need nothing, or the servers that production uses (`*.real.bench.ts`). */
export type Engines = 'embedded' | 'real';

/** The benchmarks of all apps and libs, by name, those whose name contains one of `wanted` where any are given. */
export function findBenches(root: string, engines: Engines, wanted: readonly string[]): readonly BenchFile[] {
  return globSync('{apps,libs}/*/bench/*.bench.ts', { cwd: root })
    .filter((file) => file.endsWith('.real.bench.ts') === (engines === 'real'))
    .map((file) => ({ name: basename(file, '.bench.ts').replace(/\.real$/, ''), file: join(root, file) }))
    .filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
