import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { theJanitor } from './janitor.ts';
import type { ServerSource } from './source.ts';

export interface ServerFolder {
  readonly folder: string;
  readonly remove: () => void;
}

/** A folder of the caller's for a server's data, which stays when the server is stopped. */
export function openHome(source: ServerSource, folder: string): ServerFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  source.adopt(folder);
  return { folder, remove() {} };
}

/** A new folder for a server's data, gone at the latest when this process is. Short enough for Unix sockets. */
export function createServerFolder(source: Pick<ServerSource, 'kind' | 'adopt'>): ServerFolder {
  const folder = mkdtempSync(join(tmpdir(), `ccd-${source.kind}-`));
  theJanitor().add(`folder:${folder}`);
  source.adopt(folder);
  return {
    folder,
    remove() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      theJanitor().drop(`folder:${folder}`);
    },
  };
}
