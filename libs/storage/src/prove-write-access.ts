import { AccessDeniedError } from './errors.ts';
import { toObjectKey } from './object-key.ts';
import type { ObjectStore } from './port.ts';

/**
 * Proves that the credentials allow writing below the prefix, by an empty object that is deleted again. Policies may
 * allow writing without deleting: then it stays.
 * @param uuid of whoever asks, and the same each time: what a crash leaves is then removed by the next proof
 * @throws ObjectKeyError, AccessDeniedError, StorageUnavailableError
 */
export async function proveWriteAccess(store: ObjectStore, prefix: string, uuid: string): Promise<void> {
  const key = toObjectKey(prefix, `.strm_test_${uuid}.jsonl`);
  await store.put(key, new Uint8Array());
  try {
    await store.remove(key);
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
  }
}
