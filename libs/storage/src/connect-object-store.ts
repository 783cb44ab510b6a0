import type { Clock } from '@ccd/reconcile';
import { UnsupportedLocationError } from './errors.ts';
import { createFolderStore } from './folder/folder-store.ts';
import type { NetworkOptions } from './network/guarded-lookup.ts';
import type { ObjectStore, StorageLocation } from './port.ts';
import { isFolderLocation } from './storage-location.ts';

export interface ObjectStoreOptions {
  /** Where folder buckets live on this machine; the data plane's own setting. Without it none is served. */
  readonly folderRoot?: string;
  readonly clock?: Clock;
  /** Where connections may go; by default to public addresses alone. */
  readonly network?: NetworkOptions;
}

/**
 * Connects to the store that a location names. Nothing is written or proven yet (see proveWriteAccess).
 * @throws UnsupportedLocationError, saying what is served; InvalidLocationError for credentials that are none
 */
export async function connectObjectStore(
  location: StorageLocation,
  { folderRoot, clock, network = {} }: ObjectStoreOptions,
): Promise<ObjectStore> {
  const supported = [
    'S3 and S3-compatible',
    'Google Cloud Storage',
    'Azure Blob Storage',
    ...(folderRoot === undefined ? [] : ['S3-compatible with the URL file:/// (a folder)']),
  ];
  // Clients of stores are large, and most processes that know locations connect to none.
  switch (location.type) {
    case 'azure':
      return (await import('./azure/connect-azure-store.ts')).connectAzureStore(location, { network });
    case 'gcs':
      return (await import('./gcs/connect-gcs-store.ts')).connectGcsStore(location, { network });
    case 's3':
      if (!isFolderLocation(location)) {
        return (await import('./s3/connect-s3-store.ts')).connectS3Store(location, { network });
      }
  }
  if (folderRoot === undefined) {
    throw new UnsupportedLocationError('folder', 'no folder for exports is configured', supported);
  }
  return createFolderStore({ root: folderRoot, bucket: location.bucket, ...(clock && { clock }) });
}
