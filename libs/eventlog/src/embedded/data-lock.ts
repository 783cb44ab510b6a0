import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another engine owns the folder. */
export class DataFolderInUseError extends Error {
  override readonly name = 'DataFolderInUseError';
  readonly folder: string;
  constructor(folder: string, options?: ErrorOptions) {
    super(`another engine works on ${folder}: stop it, or give this one a folder of its own`, options);
    this.folder = folder;
  }
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === sqliteBusy;
}

/**
 * Takes the folder for this process until `release`, or until the process ends however it ends. The lock is SQLite's
 * own on a file that holds nothing, since Node has no other lock that dies with its process.
 * @throws DataFolderInUseError
 */
export function lockDataFolder(folder: string): { release(): void } {
  const db = new DatabaseSync(join(folder, 'engine.lock'), { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    if (!isBusy(cause)) throw cause;
    throw new DataFolderInUseError(folder, { cause });
  }
  return {
    release: () => {
      db.close();
    },
  };
}
