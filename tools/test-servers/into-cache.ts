import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Lets `fill` fill a folder of a temporary name and gives it its own name once that has succeeded, so that what has
 * its name is complete. What an interrupted run has left is removed; the package managers keep what they had fetched.
 */
export async function intoCache(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const ownerPid = new RegExp(`^${RegExp.escape(basename(folder))}\\.(\\d+)\\.part$`).exec(name)?.[1];
    if (ownerPid !== undefined && !isRunning(Number(ownerPid)))
      rmSync(join(parent, name), { recursive: true });
  }
  const part = `${folder}.${process.pid}.part`;
  mkdirSync(part);
  try {
    await fill(part);
    // Another run may have been faster: its folder is as good.
    if (!existsSync(folder)) renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
