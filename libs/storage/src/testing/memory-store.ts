import { abortable } from '../abortable.ts';
import { ObjectExistsError, ObjectNotFoundError } from '../errors.ts';
import { assertObjectKey, assertObjectKeyPrefix } from '../object-key.ts';
import type { ObjectStore } from '../port.ts';

export type StoreOperation = 'put' | 'get' | 'head' | 'remove' | 'list';

export interface MemoryStore extends ObjectStore {
  /** What stands in the store now. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /**
   * The next call (or `times` calls) of an operation throws. With `lost` the operation takes effect first: the
   * answer was lost on the way.
   */
  failNext(
    operation: StoreOperation,
    error: Error,
    options?: { readonly times?: number; readonly lost?: boolean },
  ): void;
}

interface Fault {
  readonly operation: StoreOperation;
  readonly error: Error;
  readonly lost: boolean;
}

/** An object store in memory, for tests of what uses one. */
export function createMemoryStore(): MemoryStore {
  const objects = new Map<string, Uint8Array>();
  const faults: Fault[] = [];

  const perform = async <T>(operation: StoreOperation, work: () => T | Promise<T>): Promise<T> => {
    const at = faults.findIndex((fault) => fault.operation === operation);
    const [fault] = at < 0 ? [] : faults.splice(at, 1);
    if (fault && !fault.lost) throw fault.error;
    const result = await work();
    if (fault) throw fault.error;
    return result;
  };

  return {
    objects,
    failNext(operation, error, { times = 1, lost = false } = {}) {
      for (let left = times; left > 0; left -= 1) faults.push({ operation, error, lost });
    },
    put: (key, body, { ifAbsent = false, signal } = {}) =>
      perform('put', async () => {
        assertObjectKey(key);
        const bytes = await collect(body, signal);
        const there = objects.get(key);
        if (ifAbsent && there && !Buffer.from(there).equals(bytes)) throw new ObjectExistsError(key);
        objects.set(key, bytes);
        return { size: bytes.length };
      }),
    get: (key) =>
      perform('get', () => {
        assertObjectKey(key);
        const bytes = objects.get(key);
        if (!bytes) throw new ObjectNotFoundError(key);
        return inOneChunk(bytes);
      }),
    head: (key) =>
      perform('head', () => {
        assertObjectKey(key);
        const bytes = objects.get(key);
        return bytes && { key, size: bytes.length };
      }),
    remove: (key) =>
      perform('remove', () => {
        assertObjectKey(key);
        objects.delete(key);
      }),
    async *list(prefix) {
      const found = await perform('list', () => {
        assertObjectKeyPrefix(prefix);
        return [...objects].filter(([key]) => key.startsWith(prefix));
      });
      found.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
      for (const [key, { length: size }] of found) yield { key, size };
    },
    async close() {},
  };
}

async function collect(
  body: AsyncIterable<Uint8Array> | Uint8Array,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of abortable(body, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inOneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
