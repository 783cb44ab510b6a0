export type * from './port.ts';
export { assertAzureLocation } from './azure/assert-azure-location.ts';
export { connectObjectStore } from './connect-object-store.ts';
export type { ObjectStoreOptions } from './connect-object-store.ts';
export { destinationOfDatabase } from './database/database-destination.ts';
export type { DatabaseDestination } from './database/database-destination.ts';
export { parseDatabaseLocation } from './database/database-location.ts';
export type { DatabaseLocation } from './database/database-location.ts';
export { parseDatabaseUri } from './database/parse-database-uri.ts';
export type { DatabaseTarget } from './database/parse-database-uri.ts';
export { proveDatabase } from './database/prove-database.ts';
export type { ProveDatabaseOptions } from './database/prove-database.ts';
export {
  AccessDeniedError,
  DatabaseUriError,
  EndpointRefusedError,
  InvalidLocationError,
  ObjectExistsError,
  ObjectKeyError,
  ObjectNotFoundError,
  StorageUnavailableError,
  UnsupportedLocationError,
} from './errors.ts';
export { createFolderStore } from './folder/folder-store.ts';
export type { FolderStoreOptions } from './folder/folder-store.ts';
export { parseNetwork } from './network/address-rules.ts';
export type { Network } from './network/address-rules.ts';
export type { NetworkOptions } from './network/guarded-lookup.ts';
export { assertObjectKey, assertObjectKeyPrefix, toObjectKey } from './object-key.ts';
export { proveWriteAccess } from './prove-write-access.ts';
export { destinationOf, isFolderLocation, parseStorageLocation } from './storage-location.ts';
export type { Destination } from './storage-location.ts';
