import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface BenchFile {
  /** File name without its ending; names the benchmark on the command line and in the record. */
  readonly name: string;
  readonly file: string;
}

/** The benchmarks of all apps and libs, by name, those whose name contains one of `wanted` where any are given. */
export function findBenches(root: string, wanted: readonly string[]): readonly BenchFile[] {
  return globSync('{apps,libs}/*/bench/*.bench.ts', { cwd: root })
    .map((file) => ({ name: basename(file, '.bench.ts'), file: join(root, file) }))
    .filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
