import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failpoint } from '@ccd/failpoints';
import { ClusterUnavailableError } from '../errors.ts';

/** Everything here may hold credentials or personal settings: for the owner's eyes only. */
export const fileMode = 0o600;
const folderMode = 0o700;

export const makeFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: folderMode });
};

/** Writes a new file whole and durable (its name is durable only after `syncFolder`). */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', fileMode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file in one step: a reader, or a power cut, meets the old or the new content, whole. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = toTemporary(path);
  try {
    await writeNewFile(temporary, content);
    failpoint('cluster.beforeReplace');
    await rename(temporary, path);
    failpoint('cluster.afterReplace');
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

export const toTemporary = (path: string): string => `${path}.${randomUUID()}.tmp`;
const isTemporary = (name: string): boolean => name.endsWith('.tmp');

/** Removes what crashes left half written in a folder. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isTemporary))
    await rm(join(folder, name), { force: true });
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
  failpoint('cluster.afterRemove');
  await syncFolder(dirname(path));
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export const readIfThere = async (path: string): Promise<string | undefined> =>
  unlessAbsent(() => readFile(path, 'utf8'));

export const namesIn = async (path: string): Promise<readonly string[]> =>
  (await unlessAbsent(() => readdir(path))) ?? [];

async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Runs `work`; what the file system throws becomes a ClusterUnavailableError. */
export async function inWordsOfPort<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || typeof error !== 'object' || error === null || !('syscall' in error))
      throw error;
    throw new ClusterUnavailableError(`the file system answered ${code}`, { cause: error });
  }
}
