import type { Revision } from '@ccd/reconcile';
import { formatRevision } from '@ccd/reconcile';
import { readOne, readRevision, writeSnapshotMetadata } from './snapshot-metadata.ts';
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

/** Names one answer and its content, in the words of the request: it holds, or it is of no interest what it says. */
export interface KnownAnswer {
  /** `<epoch>/<number>` */
  readonly revision: string;
  readonly digest: string;
}

/** Request metadata that names the answer which the agent keeps. */
export function writeKnownAnswer({
  revision,
  digest,
}: Pick<SnapshotMetadata, 'revision' | 'digest'>): Record<string, string> {
  return {
    [conditionalKeys.knownRevision]: formatRevision(revision),
    [conditionalKeys.knownDigest]: digest,
  };
}

/** The answer that a request names; undefined where it does not name exactly one. */
export function readKnownAnswer(metadata: MetadataSource): KnownAnswer | undefined {
  const [revision, otherRevision] = metadata.get(conditionalKeys.knownRevision);
  const [digest, otherDigest] = metadata.get(conditionalKeys.knownDigest);
  if (otherRevision !== undefined || otherDigest !== undefined) return undefined;
  return typeof revision === 'string' && typeof digest === 'string' ? { revision, digest } : undefined;
}

/**
 * Whether a request that names `known` may be told that nothing has changed. An empty list is always answered in full:
 * that is no longer, and an "unchanged" that lost its mark on the way would pass for it.
 */
export function isStill(
  { revision, digest, count }: Omit<SnapshotMetadata, 'removed'>,
  known: KnownAnswer,
): boolean {
  return count > 0 && digest === known.digest && formatRevision(revision) === known.revision;
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
