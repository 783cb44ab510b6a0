import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { FolderInUseError } from '../errors.ts';

/**
 * Takes the folder for this process until `release`, or until the process ends, however it ends. The lock is SQLite's
 * own, on a file that holds nothing: Node has no other lock that dies with its process.
 * @throws FolderInUseError
 */
export function lockFolder(folder: string): { release(): void } {
  const db = new DatabaseSync(join(folder, 'cluster.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new FolderInUseError(folder, { cause });
  }
  return {
    release: () => {
      db.close();
    },
  };
}
