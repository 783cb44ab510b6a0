import { basename, dirname, extname, join } from 'node:path';

export interface AppLocations {
  /** Folder with the apps. */
  readonly folder: string;
  /** The program of the embedded engine. */
  readonly engine: string;
  /** The program of servers beside the system, which is no app and runs from its source. */
  readonly servers: string;
  /** Root of the repository. */
  readonly clone: string;
}

/** Where the other programs are, seen from this one: `dist/apps/standalone/main.js` or `apps/standalone/src/main.ts`. */
export function locateApps(program: string): AppLocations {
  const here = dirname(program);
  const isSource = basename(here) === 'src';
  const folder = isSource ? dirname(dirname(here)) : dirname(here);
  const clone = isSource ? dirname(folder) : dirname(dirname(folder));
  return {
    folder,
    engine: join(here, `engine-main${extname(program)}`),
    servers: join(clone, 'tools', 'local-servers.ts'),
    clone,
  };
}
