import { lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessDeniedError } from '../errors.ts';
import { hasCode } from './fs-errors.ts';

/**
 * Walks from `root` down the segments and answers with the path of the last folder, or undefined where one is
 * missing. A symbolic link on the way could lead out of the root: it ends the walk.
 * @throws AccessDeniedError
 */
export async function findFolder(root: string, segments: readonly string[]): Promise<string | undefined> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    try {
      if (!(await isRealFolder(path))) return undefined;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
  return path;
}

/** Like findFolder, but makes what is missing, durably. */
export async function makeFolder(root: string, segments: readonly string[]): Promise<string> {
  let path = root;
  for (const segment of segments) {
    const parent = path;
    path = join(path, segment);
    try {
      await mkdir(path);
      await syncFolder(parent);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      // mkdir in the next round, or the use of the folder, answers ENOTDIR for a file.
      await isRealFolder(path);
    }
  }
  return path;
}

async function isRealFolder(path: string): Promise<boolean> {
  const info = await lstat(path);
  if (info.isSymbolicLink()) throw new AccessDeniedError('', 'a symbolic link stands on the way');
  return info.isDirectory();
}

/** Makes the names in a folder durable: the sync of a file does not cover the entry that names it. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
