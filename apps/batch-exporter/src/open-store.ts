import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExporterTask } from '@ccd/dataplane';
import { locationEntry } from '@ccd/dataplane';
import type { ObjectStore, ObjectStoreOptions } from '@ccd/storage';
import { connectObjectStore, parseStorageLocation, proveWriteAccess } from '@ccd/storage';

/** Where the objects go, with the credentials as they are now, in the words of the connector's Secret. */
export const readLocation = (
  secretsDir: string,
  { connectorSecret }: Pick<ExporterTask, 'connectorSecret'>,
): Promise<string> => readFile(join(secretsDir, connectorSecret, locationEntry), 'utf8');

export interface OpenStoreOptions {
  readonly location: string;
  readonly pathPrefix: string;
  readonly exporterId: string;
  readonly storage: ObjectStoreOptions;
}

/**
 * Connects to where the objects go and proves that the credentials let us write below the prefix.
 * @throws InvalidLocationError, UnsupportedLocationError, EndpointRefusedError, AccessDeniedError, StorageUnavailableError
 */
export async function openStore({
  location,
  pathPrefix,
  exporterId,
  storage,
}: OpenStoreOptions): Promise<ObjectStore> {
  const store = await connectObjectStore(parseStorageLocation(location), storage);
  try {
    // The exporter's own id, so that what a crash leaves of a proof goes with the next one.
    await proveWriteAccess(store, pathPrefix, exporterId);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
