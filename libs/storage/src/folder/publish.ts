import { createHash, randomUUID } from 'node:crypto';
import { constants, link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failpoint } from '@ccd/failpoints';
import { abortable } from '../abortable.ts';
import { ObjectExistsError } from '../errors.ts';
import type { Body } from '../watch-body.ts';
import { hasCode } from './fs-errors.ts';
import { syncFolder } from './safe-path.ts';

/** An upload that has not moved for a day belongs to a process that is gone. */
const staleAfterMs = 24 * 3_600_000;

const readBytes = 256 * 1_024;

/** Writes the body to a new file in `folder`, durable when this resolves. Leaves nothing behind on failure. */
export async function writeTemporary(folder: string, body: Body, signal?: AbortSignal) {
  await mkdir(folder, { mode: 0o700, recursive: true });
  const path = join(folder, randomUUID());
  const handle = await open(path, 'wx');
  try {
    let size = 0;
    for await (const chunk of abortable(toChunks(body), signal)) {
      await writeAll(handle, chunk);
      size += chunk.byteLength;
    }
    await handle.sync();
    failpoint('storage.afterWrite');
    return { path, size };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function* toChunks(body: Body): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}

/** One write may take less than it was given. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let rest = chunk;
  while (rest.byteLength > 0) rest = rest.subarray((await handle.write(rest)).bytesWritten);
}

/** Puts the file in the place of `target` in one step, durably. */
export async function publish(temporary: string, target: string): Promise<void> {
  await rename(temporary, target);
  await syncFolder(dirname(target));
}

/**
 * Puts the file at `target` unless something stands there. The same bytes there are success: an earlier attempt of
 * the caller, whose answer was lost. @throws ObjectExistsError
 */
export async function publishIfAbsent(temporary: string, target: string, key: string): Promise<void> {
  failpoint('storage.beforePublish');
  try {
    await link(temporary, target);
    failpoint('storage.afterPublish');
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (!(await sameBytes(temporary, target))) throw new ObjectExistsError(key);
  }
  await syncFolder(dirname(target));
  failpoint('storage.afterFolderSync');
}

/** Reads a file but never what a symbolic link leads to. */
export async function* readRealFile(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(readBytes));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function sameBytes(one: string, other: string): Promise<boolean> {
  const [first, second] = [await lstat(one), await lstat(other)];
  return second.isFile() && first.size === second.size && (await digestOf(one)) === (await digestOf(other));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readRealFile(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Removes what uploads of dead processes left. */
export async function removeStale(folder: string, now: number): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    try {
      if ((await lstat(path)).mtimeMs < now - staleAfterMs) await rm(path, { force: true, recursive: true });
    } catch (error) {
      // Another process removes or publishes at the same time.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
