import { randomUUID } from 'node:crypto';
import { readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { failpoint } from '@ccd/failpoints';
import { z } from 'zod';
import type { LiveSecret, SecretSpec } from '../port.ts';
import {
  codeOf,
  makeFolder,
  namesIn,
  readIfThere,
  removeFile,
  syncFolder,
  toTemporary,
  writeNewFile,
} from './files.ts';

const metaSchema = z.object({ uid: z.string(), labels: z.record(z.string(), z.string()), hash: z.string() });

/**
 * Secrets as folders of files. Each content is a version of its own, and a link names the current one: whoever reads
 * through the link sees all of the old content or all of the new, as with a Secret volume of Kubernetes.
 *
 *     <root>/<name>/current -> v-<uuid>
 *     <root>/<name>/v-<uuid>/meta.json
 *     <root>/<name>/v-<uuid>/data/<key>
 */
export interface SecretFiles {
  list(): Promise<readonly LiveSecret[]>;
  find(name: string): Promise<LiveSecret | undefined>;
  write(spec: SecretSpec, uid: string): Promise<LiveSecret>;
  remove(name: string): Promise<void>;
  /** The folder to read from; it stays the same while the content changes. */
  dataFolder(name: string): string;
}

/** Opens the secrets below `root`, and removes what a crash left of old and of removed ones. */
export async function openSecretFiles(root: string): Promise<SecretFiles> {
  await makeFolder(root);
  for (const name of await namesIn(root)) await tidy(join(root, name));

  const find = async (name: string): Promise<LiveSecret | undefined> => {
    const text = await readIfThere(join(root, name, 'current', 'meta.json'));
    const meta = text === undefined ? undefined : parseMeta(text);
    return meta && { name, uid: meta.uid, labels: meta.labels, appliedHash: meta.hash };
  };

  return {
    find,
    async list() {
      const found = await Promise.all((await namesIn(root)).map(find));
      return found.filter((secret) => secret !== undefined);
    },
    async write({ name, labels, data, hash }, uid) {
      const folder = join(root, name);
      const version = `v-${randomUUID()}`;
      await makeFolder(join(folder, version, 'data'));
      await syncFolder(root);
      for (const [key, bytes] of Object.entries(data))
        await writeNewFile(join(folder, version, 'data', key), bytes);
      await writeNewFile(join(folder, version, 'meta.json'), JSON.stringify({ uid, labels, hash }));
      await syncFolder(join(folder, version, 'data'));
      await syncFolder(join(folder, version));
      failpoint('cluster.beforeSecretLink');
      await pointTo(join(folder, 'current'), version);
      failpoint('cluster.afterSecretLink');
      await syncFolder(folder);
      await removeOtherVersions(folder, version);
      return { name, uid, labels, appliedHash: hash };
    },
    async remove(name) {
      // Without the link the secret is gone; the rest is tidying.
      await removeFile(join(root, name, 'current'));
      await rm(join(root, name), { recursive: true, force: true });
    },
    dataFolder: (name) => join(root, name, 'current', 'data'),
  };
}

/** Undefined for what no write of ours has left: such a secret may be created anew. */
function parseMeta(text: string): z.output<typeof metaSchema> | undefined {
  try {
    return metaSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function pointTo(link: string, target: string): Promise<void> {
  const temporary = toTemporary(link);
  await symlink(target, temporary);
  await rename(temporary, link);
}

/** Credentials that nobody can reach any more are not to stay on the disk. */
async function tidy(folder: string): Promise<void> {
  const current = await currentVersion(folder);
  if (current === undefined) await rm(folder, { recursive: true, force: true });
  else await removeOtherVersions(folder, current);
}

async function currentVersion(folder: string): Promise<string | undefined> {
  try {
    return await readlink(join(folder, 'current'));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Old content, and what a crash left half written. */
async function removeOtherVersions(folder: string, version: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (name === version || name === 'current') continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
