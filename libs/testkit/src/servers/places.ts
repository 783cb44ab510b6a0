import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where servers are looked for. */
export interface ServerPlaces {
  /** The folder that `npm run test-servers` fills. */
  readonly cache: string;
  /** Folders of programs, as in PATH. */
  readonly path: readonly string[];
}

/** The file of a program, or undefined. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Debian keeps PostgreSQL's programs out of PATH, a folder for each major version; the newest comes first. */
export function postgresFolders(root = '/usr/lib/postgresql'): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, 'bin'));
}
