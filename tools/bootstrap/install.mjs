import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { whyInstall } from './installed.mjs';
import { findPinnedNode } from './pinned-node.mjs';

/** Installs from the lockfile when something is missing or stale, and says so; does nothing, silently, otherwise. */
export function ensureInstalled(root) {
  const pinned = findPinnedNode(root);
  const reason =
    whyInstall(root) ?? (pinned.missing?.endsWith('is not installed') ? pinned.missing : undefined);
  if (reason !== undefined) install(root, reason);
  const found = findPinnedNode(root);
  if (found.missing !== undefined) throw new Error(found.missing);
  return found;
}

function install(root, reason) {
  process.stderr.write(`Installing dependencies from package-lock.json (${reason}); this takes a minute …\n`);
  const started = performance.now();
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npmScript = process.env.npm_execpath;
  const { status, error } =
    npmScript !== undefined && existsSync(npmScript) && npmScript.endsWith('.js')
      ? spawnSync(process.execPath, [npmScript, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
      : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) {
    throw new Error(
      `npm ci failed${error ? `: ${error.message}` : ''}; the first installation needs the npm registry`,
    );
  }
  process.stderr.write(`Installed in ${Math.round((performance.now() - started) / 1000)} s.\n`);
}
