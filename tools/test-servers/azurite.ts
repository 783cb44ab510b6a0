import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder, serverVersions } from '@ccd/testkit/servers';
import { intoCache } from './into-cache.ts';
import type { Recipe } from './recipe.ts';
import { runProgram } from './run-program.ts';

const pinned = join(import.meta.dirname, 'azurite');

/** A lockfile of its own: the repository's installation stays small for those who need no server. */
export const azurite: Recipe = {
  from: `npm, azurite@${serverVersions.azurite}, 360 MB`,
  async install({ cache, say }) {
    say('npm ci from its own lockfile');
    await intoCache(cachedFolder('azurite', cache), async (folder) => {
      for (const file of ['package.json', 'package-lock.json'])
        copyFileSync(join(pinned, file), join(folder, file));
      await runProgram('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: folder,
      });
    });
  },
};
