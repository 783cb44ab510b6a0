import { join } from 'node:path';
import type { CliIo } from '../io.ts';
import { createActiveProjects } from './active-projects.ts';
import type { ActiveProjects } from './active-projects.ts';
import { ensureConfigFile, readSettings } from './config-file.ts';
import type { Settings } from './config-file.ts';
import { createSavedEntities } from './saved-entities.ts';
import type { SavedEntities } from './saved-entities.ts';

/** The folder that holds what the command line remembers between two calls. */
export interface ConfigFolder {
  readonly path: string;
  readonly settings: Settings;
  readonly activeProjects: ActiveProjects;
  readonly savedEntities: SavedEntities;
  /** Where the login for an authentication URL is kept, unless `--token-file` says otherwise. */
  loginFile(apiAuthUrl: string): string;
}

/** `STRM_CONFIG_PATH`, or the customary place in the home folder. */
export const configPath = ({ env, homeFolder }: Pick<CliIo, 'env' | 'homeFolder'>): string =>
  env['STRM_CONFIG_PATH'] || join(homeFolder, '.config', 'strmprivacy');

/** The name of the login's file, by the host alone: `strm-creds-accounts.strmprivacy.io.json`. */
export const loginFileName = (apiAuthUrl: string): string =>
  `strm-creds-${new URL(apiAuthUrl).hostname}.json`;

/** Opens the folder, and fills it with an explained config.yaml when it is new. */
export async function openConfigFolder(path: string): Promise<ConfigFolder> {
  await ensureConfigFile(path);
  return {
    path,
    settings: await readSettings(path),
    activeProjects: createActiveProjects(path),
    savedEntities: createSavedEntities(path),
    loginFile: (apiAuthUrl) => join(path, loginFileName(apiAuthUrl)),
  };
}
