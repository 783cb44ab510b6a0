import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { codeOf, namesIn, readIfThere, replaceFile } from './files.ts';

/** In the environment of every workload, so that a process can be recognised beyond its number. */
export const instanceVariable = 'CCD_WORKLOAD_INSTANCE';

const recordSchema = z.object({ pid: z.int().positive(), instance: z.uuid() });
type ProcessRecord = z.output<typeof recordSchema>;

export const recordProcess = (runFolder: string, record: ProcessRecord): Promise<void> =>
  replaceFile(join(runFolder, 'process.json'), JSON.stringify(record));

/**
 * Ends the processes that an earlier owner of the folder left behind. They leave by themselves when their owner goes;
 * this is for one that hangs. A process counts as ours only when its environment carries the recorded instance, since
 * the system gives numbers out again; where that cannot be seen (no /proc) it is left alone.
 */
export async function endStrays(root: string, clock: Clock): Promise<void> {
  await Promise.all(
    (await namesIn(root)).map(async (name) => {
      const record = await readRecord(join(root, name));
      if (!record || !(await isOurs(record))) return;
      killGroup(record.pid);
      // Not for long: the kernel takes it away as soon as it can.
      for (let left = 250; left > 0 && (await isOurs(record)); left -= 1) await clock.sleep(20);
    }),
  );
}

/** Each workload leads a group of its own, with whatever it started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It ended just now.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

async function readRecord(runFolder: string): Promise<ProcessRecord | undefined> {
  const text = await readIfThere(join(runFolder, 'process.json'));
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function isOurs({ pid, instance }: ProcessRecord): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    return environment.split('\0').includes(`${instanceVariable}=${instance}`);
  } catch (error) {
    // Gone, another user's, or a system without /proc.
    if (['ENOENT', 'EACCES', 'ESRCH', 'ENOTDIR'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}
