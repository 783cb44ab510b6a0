export type * from './domain.ts';
export { metadataKeys } from './snapshot-metadata.ts';
export type { SnapshotMetadata } from './snapshot-metadata.ts';
