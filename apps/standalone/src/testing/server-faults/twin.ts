import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launcher } from '../processes/launcher.ts';
import type { ManagedProcess } from '../processes/managed-process.ts';

/** Marks processes of the local cluster, which a twin is not. */
const instanceVariable = 'CCD_WORKLOAD_INSTANCE';

/**
 * Another process of a worker, as a second replica of its workload would be: the same program, environment and task.
 * @param folder where it may keep its task
 */
export async function startTwin(
  launcher: Launcher,
  folder: string,
  name: string,
  pid: number,
): Promise<ManagedProcess> {
  const parts = async (file: string) => (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0');
  const program = (await parts('cmdline')).findLast((part) => part.endsWith('.js')) ?? '';
  const environment = Object.fromEntries(
    (await parts('environ'))
      .map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)] as const)
      .filter(([variable]) => variable !== '' && variable !== instanceVariable),
  );
  // The other's goes with its process.
  const own = join(folder, name);
  await cp(environment['CONFIG_DIR'] ?? '', own, { recursive: true });
  return launcher.launch(name, program, { ...environment, CONFIG_DIR: own });
}
