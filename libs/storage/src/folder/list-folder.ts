import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectInfo } from '../port.ts';
import { hasCode } from './fs-errors.ts';
import { findFolder } from './safe-path.ts';

/**
 * The objects whose keys begin with `prefix`, in the order of the bytes of their keys, as object stores list them.
 * Symbolic links and special files are no objects.
 */
export async function* listFolder(root: string, bucket: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const within = prefix.split('/').slice(0, -1);
  const path = await findFolder(root, [bucket, ...within]);
  if (path) yield* walk(path, within.length === 0 ? '' : `${within.join('/')}/`, prefix);
}

async function* walk(path: string, base: string, prefix: string): AsyncGenerator<ObjectInfo> {
  // A folder sorts as its keys do, with the slash.
  const found = (await readdir(path, { withFileTypes: true })).map((entry) => {
    const name = base + entry.name;
    return { path: join(path, entry.name), name: entry.isDirectory() ? `${name}/` : name, entry };
  });
  found.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  for (const { path: below, name, entry } of found) {
    if (entry.isDirectory()) {
      if (name.startsWith(prefix) || prefix.startsWith(name)) yield* walk(below, name, prefix);
    } else if (entry.isFile() && name.startsWith(prefix)) {
      const size = await sizeOf(below);
      if (size !== undefined) yield { key: name, size };
    }
  }
}

/** Undefined when it was removed meanwhile. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
