import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Copies the repository's files to `target`, as they stand now. Installed packages are linked to, our own among them
 * to the copy.
 */
export function copyTree(root: string, target: string): void {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of listed.split('\0')) {
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(root, file), join(target, file));
  }
  linkPackages(join(root, 'node_modules'), join(target, 'node_modules'));
  // Versions that only one project uses.
  for (const own of globSync('{apps,libs,tools}/*/node_modules', { cwd: root })) {
    symlinkSync(join(root, own), join(target, own));
  }
}

function linkPackages(installed: string, target: string): void {
  const own = '@ccd';
  mkdirSync(join(target, own), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (name !== own) symlinkSync(join(installed, name), join(target, name));
  }
  // Relative to the repository that they stand in.
  for (const name of readdirSync(join(installed, own))) {
    symlinkSync(readlinkSync(join(installed, own, name)), join(target, own, name));
  }
}
