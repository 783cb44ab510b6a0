import { lstat, mkdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { ObjectKeyError, ObjectNotFoundError } from '../errors.ts';
import { assertObjectKey, assertObjectKeyPrefix } from '../object-key.ts';
import type { ObjectInfo, ObjectStore } from '../port.ts';
import { watchBody } from '../watch-body.ts';
import { hasCode, inWordsOfPort, toStorageError } from './fs-errors.ts';
import { listFolder } from './list-folder.ts';
import { publish, publishIfAbsent, readRealFile, removeStale, writeTemporary } from './publish.ts';
import { findFolder, makeFolder, syncFolder } from './safe-path.ts';

export interface FolderStoreOptions {
  /** Holds one folder per bucket; made when missing. */
  readonly root: string;
  readonly bucket: string;
  readonly clock?: Clock;
}

/** Uploads under way; beside the objects, so that publishing is a rename within one file system. */
const incoming = '.ccd-incoming';

/**
 * Objects as files below `<root>/<bucket>`, published whole by a rename and durable through a power cut. Symbolic
 * links below the root are refused, so that no key leads out of it. Several processes may share a bucket.
 * @throws ObjectKeyError for a bucket that is no plain name
 */
export function createFolderStore({ root, bucket, clock = systemClock }: FolderStoreOptions): ObjectStore {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}$/.test(bucket)) {
    throw new ObjectKeyError(
      'the name of a bucket has letters, digits, ".", "_" and "-" and begins with one of the first two',
    );
  }
  let prepared: Promise<void> | undefined;

  const prepare = async (): Promise<void> => {
    await mkdir(root, { recursive: true });
    await makeFolder(root, [bucket]);
    await removeStale(join(root, bucket, incoming), clock.now());
  };
  const prepareOnce = async (): Promise<void> => {
    prepared ??= prepare();
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };

  const segmentsOf = (key: string): readonly string[] => {
    assertObjectKey(key);
    const segments = key.split('/');
    if (segments[0] === incoming) throw new ObjectKeyError(`it begins with ${incoming}`);
    return [bucket, ...segments];
  };
  /** The path of an object that may exist, or undefined when its folder does not. */
  const find = async (key: string): Promise<string | undefined> => {
    const segments = segmentsOf(key);
    const folder = await findFolder(root, segments.slice(0, -1));
    return folder === undefined ? undefined : join(folder, segments.at(-1) ?? '');
  };
  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    const path = await find(key);
    const info = path === undefined ? undefined : await lstatIfThere(path);
    return info?.isFile() ? { key, size: info.size } : undefined;
  };

  return {
    async put(key, body, { ifAbsent = false, signal } = {}) {
      const segments = segmentsOf(key);
      signal?.throwIfAborted();
      const source = watchBody(body);
      try {
        await prepareOnce();
        const temporary = await writeTemporary(join(root, bucket, incoming), source.body, signal);
        try {
          const folder = await makeFolder(root, segments.slice(0, -1));
          const target = join(folder, segments.at(-1) ?? '');
          if (ifAbsent) await publishIfAbsent(temporary.path, target, key);
          else await publish(temporary.path, target);
        } finally {
          await rm(temporary.path, { force: true });
        }
        return { size: temporary.size };
      } catch (error) {
        // What the caller's own body throws is the caller's to understand.
        throw source.failed(error) ? error : toStorageError(key, error);
      }
    },

    async get(key) {
      if (!(await inWordsOfPort(key, () => head(key)))) throw new ObjectNotFoundError(key);
      return readObject(key, () => find(key));
    },

    head: (key) => inWordsOfPort(key, () => head(key)),

    remove: (key) =>
      inWordsOfPort(key, async () => {
        const path = await find(key);
        const info = path && (await lstatIfThere(path));
        if (!path || !info || info.isDirectory()) return;
        await unlink(path).catch((error: unknown) => {
          if (!hasCode(error, 'ENOENT')) throw error;
        });
        await syncFolder(join(path, '..'));
      }),

    async *list(prefix) {
      assertObjectKeyPrefix(prefix);
      try {
        for await (const info of listFolder(root, bucket, prefix)) {
          if (!info.key.startsWith(`${incoming}/`)) yield info;
        }
      } catch (error) {
        throw toStorageError(prefix, error);
      }
    },

    async close() {},
  };
}

async function* readObject(key: string, find: () => Promise<string | undefined>): AsyncGenerator<Uint8Array> {
  try {
    const path = await find();
    if (path) yield* readRealFile(path);
  } catch (error) {
    throw hasCode(error, 'ENOENT')
      ? new ObjectNotFoundError(key, { cause: error })
      : toStorageError(key, error);
  }
}

async function lstatIfThere(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
