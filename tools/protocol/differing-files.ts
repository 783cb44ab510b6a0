import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The files at or below `path` that differ between two trees, or stand in one of them only, in order. */
export function differingFiles(left: string, right: string, path: string): string[] {
  const names = new Set([...filesBelow(left, path), ...filesBelow(right, path)]);
  return [...names].filter((name) => contentOf(left, name) !== contentOf(right, name)).sort();
}

function filesBelow(root: string, path: string): string[] {
  const start = join(root, path);
  const found = statSync(start, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function contentOf(root: string, name: string): string | undefined {
  const file = join(root, name);
  return statSync(file, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(file, 'utf8');
}
