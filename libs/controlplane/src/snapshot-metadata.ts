import type { ResourceKey, Revision } from '@ccd/reconcile';

/**
 * What our server sends beside an agent's answer, as initial response metadata, so that an empty or damaged answer
 * cannot pass for "nothing should exist". The message itself stays the public one.
 */
export interface SnapshotMetadata {
  readonly revision: Revision;
  /** Number of items in the answer's repeated field. */
  readonly count: number;
  /** SHA-256 of the serialised response message, lower-case hex. */
  readonly digest: string;
  /** The latest removals that users asked for, at most 100, newest first. */
  readonly removed: readonly ResourceKey[];
}

export const metadataKeys = {
  /** `<epoch>/<number>` */
  revision: 'ccd-revision',
  count: 'ccd-count',
  digest: 'ccd-digest',
  /** `<kind>/<id>` joined by commas; absent where there is none. */
  removed: 'ccd-removed',
} as const;
