import type { Clock } from '@ccd/reconcile';
import { UnsupportedLocationError } from './errors.ts';
import { createFolderStore } from './folder/folder-store.ts';
import type { ObjectStore, StorageLocation } from './port.ts';
import { isFolderLocation } from './storage-location.ts';

export interface ObjectStoreOptions {
  /** Where folder buckets live on this machine; the data plane's own setting. Without it none is served. */
  readonly folderRoot?: string;
  readonly clock?: Clock;
}

/**
 * Connects to the store that a location names. Nothing is written or proven yet (see proveWriteAccess).
 * @throws UnsupportedLocationError, saying what is served
 */
export async function connectObjectStore(
  location: StorageLocation,
  { folderRoot, clock }: ObjectStoreOptions,
): Promise<ObjectStore> {
  const supported = folderRoot === undefined ? [] : ['S3-compatible with the URL file:/// (a folder)'];
  if (!isFolderLocation(location)) {
    throw new UnsupportedLocationError(
      location.type,
      'no engine for it is part of this data plane',
      supported,
    );
  }
  if (folderRoot === undefined) {
    throw new UnsupportedLocationError('folder', 'no folder for exports is configured', supported);
  }
  return createFolderStore({ root: folderRoot, bucket: bucketOf(location), ...(clock && { clock }) });
}

const bucketOf = (location: StorageLocation): string =>
  location.type === 'azure' ? location.container : location.bucket;
