import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The name by which whoever starts the servers knows that a predecessor is about to leave. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
  constructor(folder: string, options: ErrorOptions) {
    super(`other servers work on ${folder}`, options);
  }
}

/** Takes the folder for this process until it ends, however it does, or `release`. The lock is SQLite's. */
export function lockFolder(folder: string): { release(): void } {
  const db = new DatabaseSync(join(folder, 'servers.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new DataFolderInUseError(folder, { cause });
  }
  return {
    release: () => {
      db.close();
    },
  };
}
