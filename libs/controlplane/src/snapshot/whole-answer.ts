import { createHash } from 'node:crypto';
import { isSameRevision } from '@ccd/reconcile';
import { readUnchangedSince } from '../conditional-answer.ts';
import { InvalidAnswerError } from '../errors.ts';
import { digestAnswer, MalformedMetadataError, readSnapshotMetadata } from '../snapshot-metadata.ts';
import type { MetadataSource, SnapshotMetadata } from '../snapshot-metadata.ts';
import { splitAnswer, UnreadableAnswerError } from './split-answer.ts';

/** One whole answer as it came: the serialised message and the initial metadata beside it. */
export interface RawAnswer {
  readonly message: Uint8Array;
  readonly metadata: MetadataSource;
}

/** An answer that is what the server meant to send, as far as it says what that is. */
export interface WholeAnswer {
  /** Absent where the server is not ours. */
  readonly metadata?: SnapshotMetadata;
  readonly message: Uint8Array;
  /** Of the message; of the items in any order where the server is not ours, as it promises none. */
  readonly digest: string;
  /** The serialised items; the same list for as long as the message is the same. */
  readonly parts: readonly Uint8Array[];
}

/**
 * Checks an answer against the metadata that came with it.
 *
 * An empty message counts as "unchanged" only where the request named `kept`, and where all that came beside the
 * message says so. The same message without any metadata is nothing at all: what said "unchanged" may have been lost.
 *
 * @param kept the whole answer before this one; the request named it if it has metadata
 * @returns `kept` itself where nothing has changed
 * @throws InvalidAnswerError where the answer as a whole is not what the server meant to send
 */
export function toWholeAnswer(
  operation: string,
  { message, metadata: source }: RawAnswer,
  kept: WholeAnswer | undefined,
): WholeAnswer {
  const { metadata, unchangedSince } = readMetadata(operation, source);
  if (unchangedSince !== undefined) {
    const isConfirmed =
      kept?.metadata !== undefined &&
      message.length === 0 &&
      isSameRevision(unchangedSince, kept.metadata.revision) &&
      metadata !== undefined &&
      isSameAnswer(metadata, kept.metadata);
    if (isConfirmed) return kept;
    throw new InvalidAnswerError(operation, 'it says that an answer is unchanged that we did not name');
  }
  if (message.length === 0 && metadata === undefined && kept?.metadata !== undefined) {
    throw new InvalidAnswerError(operation, 'it is empty and says nothing of the answer that we named');
  }

  if (metadata !== undefined && metadata.digest !== digestAnswer(message)) {
    throw new InvalidAnswerError(operation, 'its digest is not the one that came with it');
  }
  const parts = kept !== undefined && isEqual(kept.message, message) ? kept.parts : split(operation, message);
  if (metadata === undefined) {
    if (parts === kept?.parts && kept.metadata === undefined) return kept;
    return { message, digest: digestUnordered(parts), parts };
  }
  if (metadata.count !== parts.length) {
    throw new InvalidAnswerError(
      operation,
      `${parts.length} items came where ${metadata.count} were announced`,
    );
  }
  return { metadata, message, digest: metadata.digest, parts };
}

function isSameAnswer(one: SnapshotMetadata, other: SnapshotMetadata): boolean {
  return (
    isSameRevision(one.revision, other.revision) && one.digest === other.digest && one.count === other.count
  );
}

function readMetadata(operation: string, source: MetadataSource) {
  try {
    return { metadata: readSnapshotMetadata(source), unchangedSince: readUnchangedSince(source) };
  } catch (error) {
    if (error instanceof MalformedMetadataError) throw new InvalidAnswerError(operation, error.message);
    throw error;
  }
}

function split(operation: string, message: Uint8Array): Uint8Array[] {
  try {
    return splitAnswer(message);
  } catch (error) {
    if (error instanceof UnreadableAnswerError) throw new InvalidAnswerError(operation, error.message);
    throw error;
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Equal for the same items in any order. */
function digestUnordered(parts: readonly Uint8Array[]): string {
  const digest = createHash('sha256');
  for (const part of parts.map(digestAnswer).sort()) digest.update(part);
  return digest.digest('hex');
}
