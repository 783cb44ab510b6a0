import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compares the files of a folder with a list as `sha256sum` prints it. Throws when a file differs, is missing, or is
 * not on the list.
 */
export function checkSums(folder: string, list: string): void {
  const expected = new Map(
    list
      .trim()
      .split('\n')
      .map((line) => {
        const [sum = '', name = ''] = line.split(/\s+\*?/);
        return [name, sum] as const;
      }),
  );
  const present = readdirSync(folder);
  const sumOf = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  const wrong = [
    ...present.filter((name) => !expected.has(name)).map((name) => `${name} is not on the list`),
    ...[...expected.keys()].filter((name) => !present.includes(name)).map((name) => `${name} is missing`),
    ...present
      .filter((name) => expected.has(name) && expected.get(name) !== sumOf(name))
      .map((name) => `${name} has another content`),
  ];
  if (wrong.length > 0) throw new Error(`not the files that were pinned: ${wrong.join(', ')}`);
}
