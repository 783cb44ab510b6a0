import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { whyInstall } from './installed.mjs';
import { oneAtATime } from './one-at-a-time.mjs';
import { findPinnedNode } from './pinned-node.mjs';

/** Installs from the lockfile when something is missing or stale, and says so; does nothing, silently, otherwise. */
export function ensureInstalled(root) {
  if (reasonToInstall(root) !== undefined) {
    const onWait = () =>
      process.stderr.write('Another command installs the dependencies; waiting for it …\n');
    oneAtATime(
      join(root, '.cache/install.lock'),
      () => {
        const reason = reasonToInstall(root);
        if (reason !== undefined) install(root, reason);
      },
      { onWait },
    );
  }
  const found = findPinnedNode(root);
  if (found.missing !== undefined) throw new Error(found.missing);
  return found;
}

function reasonToInstall(root) {
  const { missing } = findPinnedNode(root);
  return whyInstall(root) ?? (missing?.endsWith('is not installed') ? missing : undefined);
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
