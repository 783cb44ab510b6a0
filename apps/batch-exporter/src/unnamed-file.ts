import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A new file in `folder` that has lost its name at once: it is gone with its handle, also when the process is killed,
 * so that nothing has to be cleaned up that might be of a process which still lives.
 */
export async function openUnnamedFile(folder: string): Promise<FileHandle> {
  const path = join(folder, `ccd-spool-${randomUUID()}`);
  // Exclusively: it never continues a file that it did not begin.
  const file = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
