import { createHash } from 'node:crypto';
import { failpoint } from '@ccd/failpoints';
import {
  AccessDeniedError,
  ObjectExistsError,
  ObjectNotFoundError,
  StorageUnavailableError,
} from '../errors.ts';
import { assertObjectKey, assertObjectKeyPrefix } from '../object-key.ts';
import type { ObjectStore } from '../port.ts';
import { watchBody } from '../watch-body.ts';
import type { Body } from '../watch-body.ts';
import type { Outcome, PutRequest, StoreDriver } from './store-driver.ts';
import { toParts } from './to-parts.ts';

/** An object store over a driver: small bodies go in one request, others in parts, and what fails leaves nothing. */
export function createRemoteStore(driver: StoreDriver): ObjectStore {
  return {
    async put(key, body, { contentType = 'application/octet-stream', ifAbsent = false, signal } = {}) {
      assertObjectKey(key);
      signal?.throwIfAborted();
      const source = watchBody(body);
      try {
        return await publish(driver, { key, contentType, ifAbsent, ...(signal && { signal }) }, source.body);
      } catch (error) {
        // What the caller's own body throws, or why the caller gave up, is the caller's to understand.
        if (signal?.aborted === true && !source.failed(error)) throw signal.reason;
        throw error;
      }
    },
    async get(key) {
      assertObjectKey(key);
      return driver.get(key);
    },
    async head(key) {
      assertObjectKey(key);
      return driver.head(key);
    },
    async remove(key) {
      assertObjectKey(key);
      await driver.remove(key);
    },
    async *list(prefix) {
      assertObjectKeyPrefix(prefix);
      yield* driver.list(prefix);
    },
    async close() {
      driver.close();
    },
  };
}

async function publish(
  driver: StoreDriver,
  request: PutRequest,
  body: Body,
): Promise<{ readonly size: number }> {
  const { key } = request;
  const hash = createHash('sha256');
  let size = 0;
  async function* counted() {
    for await (const part of toParts(body, driver.partBytes, request.signal)) {
      hash.update(part.bytes);
      size += part.bytes.length;
      yield part;
    }
  }
  const outcome = (await standsThere(driver, request))
    ? await readThrough(counted())
    : await send(driver, request, counted());
  if (outcome === 'published') return { size };
  const same = await holds(driver, key, size, hash.digest('hex'));
  if (same) return { size };
  throw outcome === 'exists'
    ? new ObjectExistsError(key)
    : new StorageUnavailableError(key, 'the upload is gone');
}

/** Stores that may ignore the condition are asked; who may not ask relies on the condition. */
async function standsThere(driver: StoreDriver, { key, ifAbsent }: PutRequest): Promise<boolean> {
  if (!ifAbsent || driver.ifAbsentIsHonoured) return false;
  try {
    return (await driver.head(key)) !== undefined;
  } catch (error) {
    if (error instanceof AccessDeniedError) return false;
    throw error;
  }
}

async function readThrough(parts: AsyncIterable<unknown>): Promise<Outcome> {
  const iterator = parts[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
  return 'exists';
}

async function send(
  driver: StoreDriver,
  request: PutRequest,
  parts: AsyncIterable<{ readonly bytes: Buffer; readonly last: boolean }>,
): Promise<Outcome> {
  let upload;
  let begun = false;
  let outcome: Outcome | undefined;
  try {
    for await (const { bytes, last } of parts) {
      if (last && upload === undefined) {
        failpoint('storage.beforePublish');
        outcome = await driver.putWhole(request, bytes);
        break;
      }
      begun = true;
      upload ??= await driver.beginUpload(request);
      await upload.add(bytes, last);
    }
    if (upload !== undefined) {
      failpoint('storage.beforePublish');
      outcome = await upload.complete();
    }
    failpoint('storage.afterPublish');
    return outcome ?? 'unknown';
  } finally {
    if (begun && outcome !== 'published') await driver.discardUploads(request.key);
  }
}

async function holds(driver: StoreDriver, key: string, size: number, sha256: string): Promise<boolean> {
  const hash = createHash('sha256');
  let found = 0;
  try {
    for await (const chunk of await driver.get(key)) {
      found += chunk.byteLength;
      if (found > size) return false;
      hash.update(chunk);
    }
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return false;
    if (error instanceof AccessDeniedError) {
      const why = 'an object stands there, and whether it is this one can only be told by who may read it';
      throw new AccessDeniedError(key, `${why} (on S3, s3:GetObject)`, { cause: error });
    }
    throw error;
  }
  return found === size && hash.digest('hex') === sha256;
}
