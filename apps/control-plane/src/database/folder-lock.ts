import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process works on the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly folder: string;

  constructor(folder: string, options?: ErrorOptions) {
    super(
      `${folder} is in use by another process; stop that one, or give this one a folder of its own`,
      options,
    );
    this.folder = folder;
  }
}

/**
 * Claims a folder for this process until the returned function is called or the process ends, however it ends: the
 * lock is one of the operating system, held by SQLite on a file of its own.
 * @throws FolderInUseError
 */
export function lockFolder(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new FolderInUseError(folder, { cause: error });
  }
  return () => {
    lock.close();
  };
}
