import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Compares what the lockfile asks for with what npm says it has installed (npm's own hidden lockfile).
 * Optional packages are left out: those of other platforms are rightly absent.
 * @returns {string | undefined} why an installation is needed, or undefined when it is up to date
 */
export function whyInstall(root) {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return 'nothing is installed yet';
  const installed = readJson(hidden).packages;
  for (const [path, wanted] of Object.entries(readJson(join(root, 'package-lock.json')).packages)) {
    if (!path.startsWith('node_modules/') || wanted.optional === true || wanted.peer === true) continue;
    const name = path.slice('node_modules/'.length);
    const have = installed[path];
    if (have === undefined) return `${name} is missing`;
    if (have.integrity !== wanted.integrity || have.resolved !== wanted.resolved)
      return `${name} has changed`;
  }
  return undefined;
}
