import { readFile } from 'node:fs/promises';
import { processTree } from '../process-tree.ts';

/** The processes below `root` that run an app. */
export async function workersOf(root: number | undefined, app: string): Promise<readonly number[]> {
  if (root === undefined) return [];
  const found = await Promise.all(
    (await processTree(root)).map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return commandLine.includes(`/${app}/main.`) ? [pid] : [];
    }),
  );
  return found.flat();
}
