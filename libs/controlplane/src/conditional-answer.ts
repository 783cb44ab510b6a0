import type { Revision } from '@ccd/reconcile';
import { formatRevision, isSameRevision } from '@ccd/reconcile';
import {
  digestPattern,
  MalformedMetadataError,
  readOne,
  readRevision,
  writeSnapshotMetadata,
} from './snapshot-metadata.ts';
import type { MetadataSource, SnapshotMetadata } from './snapshot-metadata.ts';

/**
 * An agent that keeps an answer may name it in its request. A server that would send the same again may then answer
 * with an empty message and say beside it since which revision nothing has changed. Servers that don't know the keys
 * answer in full, as ours does to everyone who names nothing, or anything else.
 */
export const conditionalKeys = {
  /** Of the request: `<epoch>/<number>` of the answer that the agent keeps. */
  knownRevision: 'ccd-known-revision',
  /** Of the request: digest of that answer. */
  knownDigest: 'ccd-known-digest',
  /** Of the response: `ccd-known-revision` of the request, where that answer still holds. */
  unchangedSince: 'ccd-unchanged-since',
} as const;

/** Names one answer and its content. */
export type KnownAnswer = Pick<SnapshotMetadata, 'revision' | 'digest'>;

/** Request metadata that names the answer which the agent keeps. */
export function writeKnownAnswer({ revision, digest }: KnownAnswer): Record<string, string> {
  return {
    [conditionalKeys.knownRevision]: formatRevision(revision),
    [conditionalKeys.knownDigest]: digest,
  };
}

/** The answer that a request names; undefined where it names none, or not in a way that can be understood. */
export function readKnownAnswer(metadata: MetadataSource): KnownAnswer | undefined {
  try {
    const revision = readOne(metadata, conditionalKeys.knownRevision);
    const digest = readOne(metadata, conditionalKeys.knownDigest);
    if (revision === undefined || digest === undefined || !digestPattern.test(digest)) return undefined;
    return { revision: readRevision(conditionalKeys.knownRevision, revision), digest };
  } catch (error) {
    if (error instanceof MalformedMetadataError) return undefined;
    throw error;
  }
}

/**
 * Whether a request that names `known` may be told that nothing has changed. An empty list is always answered in full:
 * that is no longer, and an "unchanged" that lost its mark on the way would pass for it.
 */
export function isStill(
  { revision, digest, count }: Omit<SnapshotMetadata, 'removed'>,
  known: KnownAnswer,
): boolean {
  return count > 0 && digest === known.digest && isSameRevision(revision, known.revision);
}

/**
 * Response metadata beside the empty message that stands for the answer described. It repeats revision, count and
 * digest of that answer: should the mark of the condition be lost on the way, the empty message contradicts them.
 * The removals are left out; they belong to the revision, which the agent knows.
 */
export function writeUnchanged(answer: Omit<SnapshotMetadata, 'removed'>): Record<string, string> {
  return {
    ...writeSnapshotMetadata({ ...answer, removed: [] }),
    [conditionalKeys.unchangedSince]: formatRevision(answer.revision),
  };
}

/**
 * Since when nothing has changed; undefined in the metadata of a full answer.
 * @throws MalformedMetadataError
 */
export function readUnchangedSince(metadata: MetadataSource): Revision | undefined {
  const value = readOne(metadata, conditionalKeys.unchangedSince);
  return value === undefined ? undefined : readRevision(conditionalKeys.unchangedSince, value);
}
