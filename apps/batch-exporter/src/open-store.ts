import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExporterTask } from '@ccd/dataplane';
import { locationEntry } from '@ccd/dataplane';
import type { ObjectStore } from '@ccd/storage';
import { connectObjectStore, parseStorageLocation, proveWriteAccess } from '@ccd/storage';

export interface OpenStoreOptions {
  readonly task: Pick<ExporterTask, 'connectorSecret' | 'pathPrefix'>;
  readonly secretsDir: string;
  readonly folderRoot?: string;
}

/**
 * Connects to where the objects go, with the credentials as they are now, and proves that they let us write below the
 * prefix. Rotated credentials are picked up by opening again.
 * @throws InvalidLocationError, UnsupportedLocationError, AccessDeniedError, StorageUnavailableError
 */
export async function openStore({ task, secretsDir, folderRoot }: OpenStoreOptions): Promise<ObjectStore> {
  const location = await readFile(join(secretsDir, task.connectorSecret, locationEntry), 'utf8');
  const store = await connectObjectStore(
    parseStorageLocation(location),
    folderRoot === undefined ? {} : { folderRoot },
  );
  try {
    await proveWriteAccess(store, task.pathPrefix, randomUUID());
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
